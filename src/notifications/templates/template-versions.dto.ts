import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { CursorPage, IntegerQuery } from '#libs/api';
import type { TemplateVersion } from './template-version.entity.js';
import type { VersionSummary } from './template.repository.js';
import { TemplateContentBody, TemplateParams, TemplateVariableBody } from './template-shapes.dto.js';

const MAX_INT32 = 2_147_483_647;

export class TemplateVersionParams extends TemplateParams {
  @IntegerQuery({
    description: 'The number of the version.',
    min: 1,
    max: MAX_INT32,
    optional: false,
    example: 1,
  })
  version!: number;
}

@ApiSchema({ name: 'TemplateVersionSummary' })
export class VersionSummaryResponse {
  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 3,
    description: 'The number of the version: 1, 2, 3 and so on.',
  })
  version!: number;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was published, in UTC.' })
  publishedAt!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'The ID of the user who published it.' })
  publishedBy!: string;
}

@ApiSchema({ name: 'TemplateVersion' })
@ApiExtraModels(TemplateVariableBody, TemplateContentBody)
export class VersionResponse extends VersionSummaryResponse {
  @ApiProperty({ type: String, example: 'en', description: 'The default language, as a BCP 47 tag.' })
  defaultLocale!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(TemplateVariableBody) },
    description: 'The variables by name.',
  })
  variables!: Readonly<Record<string, TemplateVariableBody>>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(TemplateContentBody) },
    description: 'What the notification says, by BCP 47 language tag.',
  })
  contents!: Readonly<Record<string, TemplateContentBody>>;
}

export class VersionList {
  @ApiProperty({ type: [VersionSummaryResponse], maxItems: 100 })
  items!: VersionSummaryResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

@ApiSchema({ name: 'RenderedEmail' })
export class RenderedEmailResponse {
  @ApiProperty({ type: String, example: 'Order 4711 is on its way', description: 'The subject.' })
  subject!: string;

  @ApiProperty({ type: String, description: 'The HTML part.' })
  html!: string;

  @ApiProperty({ type: String, description: 'The plain text part.' })
  text!: string;
}

@ApiSchema({ name: 'RenderedInbox' })
export class RenderedInboxResponse {
  @ApiProperty({ type: String, example: 'Order 4711 is on its way', description: 'The title.' })
  title!: string;

  @ApiProperty({ type: String, example: 'It will be there tomorrow.', description: 'The text.' })
  body!: string;

  @ApiProperty({ type: String, format: 'uri', nullable: true, description: 'Where a click leads.' })
  url!: string | null;
}

@ApiSchema({ name: 'RenderedSms' })
export class RenderedSmsResponse {
  @ApiProperty({ type: String, example: 'Order 4711 is on its way.', description: 'The text.' })
  text!: string;
}

@ApiSchema({ name: 'RenderedPush' })
export class RenderedPushResponse {
  @ApiProperty({ type: String, example: 'Order 4711 is on its way', description: 'The title.' })
  title!: string;

  @ApiProperty({ type: String, example: 'It will be there tomorrow.', description: 'The text.' })
  body!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'https://parcels.example/4711',
    description: 'Where a click leads.',
  })
  url!: string | null;
}

@ApiSchema({ name: 'TemplatePreview' })
export class PreviewResponse {
  @ApiProperty({ type: String, example: 'de', description: 'The language that such a recipient gets.' })
  locale!: string;

  @ApiProperty({
    type: RenderedEmailResponse,
    nullable: true,
    description: 'The email. Null if the template has none.',
  })
  email!: RenderedEmailResponse | null;

  @ApiProperty({
    type: RenderedInboxResponse,
    nullable: true,
    description: 'The notification in the app. Null if the template has none.',
  })
  inbox!: RenderedInboxResponse | null;

  @ApiProperty({
    type: RenderedSmsResponse,
    nullable: true,
    description: 'The text message. Null if the template has none.',
  })
  sms!: RenderedSmsResponse | null;

  @ApiProperty({
    type: RenderedPushResponse,
    nullable: true,
    description: 'The push notification. Null if the template has none.',
  })
  push!: RenderedPushResponse | null;
}

export function toVersionSummary({
  number,
  publishedAt,
  publishedBy,
}: VersionSummary): VersionSummaryResponse {
  return { version: number, publishedAt: publishedAt.toISOString(), publishedBy };
}

export function toVersionResponse(version: TemplateVersion): VersionResponse {
  const { defaultLocale, variables, contents } = version.draft;
  return { ...toVersionSummary(version), defaultLocale, variables, contents };
}
