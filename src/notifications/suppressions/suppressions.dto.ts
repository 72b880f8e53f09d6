import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, CursorQuery, EmailField, EnumQuery, StringField } from '#libs/api';
import { SUPPRESSION_REASONS, type SuppressionReason } from './suppression.entity.js';
import type { OpenSuppression } from './suppressions.service.js';

const DETAIL_MAX_LENGTH = 200;

export class SuppressionsQuery extends CursorQuery {
  @EmailField({ description: 'Only this email address.', optional: true })
  email?: string;

  @EnumQuery({ description: 'Only those with this reason.', values: SUPPRESSION_REASONS })
  reason?: SuppressionReason;
}

export class AddSuppressionRequest {
  @EmailField({ description: 'The email address.' })
  email!: string;

  @StringField({
    description: 'Why, for other administrators.',
    example: 'Asked for it by phone',
    maxLength: DETAIL_MAX_LENGTH,
    optional: true,
    nullable: true,
  })
  detail?: string | null;
}

@ApiSchema({ name: 'Suppression' })
export class SuppressionResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({ type: String, example: 'ada@acme.com', description: 'The email address.' })
  email!: string;

  @ApiProperty({
    enum: SUPPRESSION_REASONS,
    description:
      '`bounce` if its mail server refused emails for good, `complaint` if its owner reported one as spam, `manual` if an ' +
      'administrator added it.',
  })
  reason!: SuppressionReason;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '5.1.1',
    description: 'The status code of the bounce, or what the administrator noted.',
  })
  detail!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'Since when, in UTC.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it ends by itself, in UTC. Null for never.',
  })
  expiresAt!: string | null;
}

export class SuppressionPage {
  @ApiProperty({ type: [SuppressionResponse], maxItems: 100 })
  items!: SuppressionResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toSuppressionResponse({
  id,
  email,
  reason,
  detail,
  createdAt,
  expiresAt,
}: OpenSuppression): SuppressionResponse {
  return {
    id,
    email,
    reason,
    detail,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
