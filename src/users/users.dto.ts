import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, CursorQuery, EnumQuery, IntegerQuery, ObjectField, StringField } from '#libs/http';
import type { EmailCipher } from './email-cipher.js';
import { isHttpsUrl, isLocale, isTimezone } from './profile-rules.js';
import { type User, USER_STATUSES } from './user.entity.js';
import { USER_SORTS, type UserSort } from './user.repository.js';

const METADATA_BYTES = 16 * 1024;

@ApiSchema({ name: 'User' })
export class UserResponse {
  @ApiProperty({
    type: String,
    format: 'uuid',
    example: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10',
    description: 'UUIDv7.',
  })
  id!: string;

  @ApiProperty({ type: String, format: 'email', example: 'ada@acme.com', description: 'As it was given.' })
  email!: string;

  @ApiProperty({
    type: Boolean,
    example: true,
    description: 'Whether somebody followed the link sent there.',
  })
  emailVerified!: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'Ada', description: 'The name to show.' })
  displayName!: string | null;

  @ApiProperty({ type: String, example: 'en', description: 'BCP 47; mails are in this language.' })
  locale!: string;

  @ApiProperty({ type: String, example: 'Europe/London', description: 'IANA time zone.' })
  timezone!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    example: 'https://acme.com/ada.png',
    description: 'A picture.',
  })
  avatarUrl!: string | null;

  @ApiProperty({ type: [String], example: ['user'], description: 'What grants permissions.' })
  roles!: string[];

  @ApiProperty({
    type: String,
    enum: [...USER_STATUSES],
    example: 'active',
    description: 'A suspended user can not sign in.',
  })
  status!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { plan: 'trial' },
    description: 'Whatever the product keeps of its own.',
  })
  metadata!: Record<string, unknown>;

  @ApiProperty({ type: String, format: 'date-time', description: 'RFC 3339, UTC.' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'RFC 3339, UTC.' })
  updatedAt!: string;
}

/** Lists what leaves the house, so that a new column does not. */
export function toUserResponse(user: User, emails: EmailCipher): UserResponse {
  return {
    id: user.id,
    email: emails.open(user.id, user.emailSealed),
    emailVerified: user.emailVerified,
    displayName: user.displayName,
    locale: user.locale,
    timezone: user.timezone,
    avatarUrl: user.avatarUrl,
    roles: user.roles,
    status: user.status,
    metadata: user.metadata,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}

/** JSON Merge Patch (RFC 7396): what is left out stays, null removes. */
export class UpdateProfile {
  @StringField({
    description: 'The name to show.',
    example: 'Ada',
    minLength: 1,
    maxLength: 100,
    optional: true,
    nullable: true,
  })
  displayName?: string | null;

  @StringField({
    description: 'BCP 47; null resets it to `en`.',
    example: 'de-AT',
    maxLength: 35,
    optional: true,
    nullable: true,
    rule: { code: 'invalid-locale', test: isLocale, message: 'must be a BCP 47 language tag, such as de-AT' },
  })
  locale?: string | null;

  @StringField({
    description: 'IANA time zone; null resets it to `UTC`.',
    example: 'Europe/Vienna',
    maxLength: 64,
    optional: true,
    nullable: true,
    rule: {
      code: 'invalid-timezone',
      test: isTimezone,
      message: 'must be an IANA time zone, such as Europe/Vienna',
    },
  })
  timezone?: string | null;

  @StringField({
    description: 'An https URL.',
    example: 'https://acme.com/ada.png',
    format: 'uri',
    maxLength: 2048,
    optional: true,
    nullable: true,
    rule: { code: 'invalid-url', test: isHttpsUrl, message: 'must be an https URL' },
  })
  avatarUrl?: string | null;

  @ObjectField({
    description: 'Merged into what is there, member by member; null empties it.',
    example: { plan: 'trial' },
    maxBytes: METADATA_BYTES,
    optional: true,
    nullable: true,
  })
  metadata?: Record<string, unknown> | null;
}

export class OffsetQuery {
  @IntegerQuery({ description: 'Which page, from 1 on.', min: 1, max: 1_000_000, default: 1 })
  page: number = 1;

  @IntegerQuery({ description: 'How many items at most.', min: 1, max: 100, default: 20 })
  limit: number = 20;
}

class OffsetPage {
  @ApiProperty({ type: 'integer', example: 1, description: 'Which page this is.' })
  number!: number;

  @ApiProperty({ type: 'integer', example: 20, description: 'How many items a page has at most.' })
  limit!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'How many items there are in all.' })
  total!: number;
}

export class UserOffsetList {
  @ApiProperty({ type: [UserResponse] })
  items!: UserResponse[];

  @ApiProperty({ type: OffsetPage })
  page!: OffsetPage;
}

export class UserCursorList {
  @ApiProperty({ type: [UserResponse] })
  items!: UserResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

const isInstant = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) &&
  !Number.isNaN(Date.parse(text));
const INSTANT_RULE = { code: 'invalid-date-time', test: isInstant, message: 'must be an RFC 3339 date-time' };

export class UserListQuery extends CursorQuery {
  @StringField({
    description: 'Exactly this address, without case.',
    maxLength: 254,
    format: 'email',
    optional: true,
  })
  email?: string;

  @EnumQuery({ description: 'Only users of this status.', values: USER_STATUSES })
  status?: (typeof USER_STATUSES)[number];

  @StringField({
    description: 'Only users with this role.',
    example: 'admin',
    minLength: 1,
    maxLength: 64,
    optional: true,
  })
  role?: string;

  @StringField({
    description: 'Created at this instant or later.',
    format: 'date-time',
    maxLength: 35,
    optional: true,
    rule: INSTANT_RULE,
  })
  createdAfter?: string;

  @StringField({
    description: 'Created before this instant.',
    format: 'date-time',
    maxLength: 35,
    optional: true,
    rule: INSTANT_RULE,
  })
  createdBefore?: string;

  @StringField({
    description: 'A whole address, or how a display name begins; without case.',
    example: 'ada',
    minLength: 1,
    maxLength: 254,
    optional: true,
  })
  q?: string;

  @EnumQuery({
    description: 'The order; a minus means newest first.',
    values: USER_SORTS,
    default: '-createdAt',
  })
  sort: UserSort = '-createdAt';
}
