import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { ObjectField } from '#libs/api';
import type { JsonObject } from '#libs/json';
import { DIGEST_MAX_MINUTES, type GivenChoices } from './choices.js';
import { type Digest, type QuietHours, TIME_OF_DAY } from './local-time.js';
import type { EffectivePreferences } from './preferences.service.js';

const MAX_BYTES = 80 * 1024;
const SMALL_BYTES = 1_024;
const CHANNELS = 'Whether you want each channel, for all categories without a choice of their own.';
const CATEGORIES =
  'Whether you want each channel, and how emails are collected, by category. Everyone gets `security`, so it is not among them.';
const EXAMPLE = { orders: { email: true, inbox: false, sms: false, push: true, digest: { at: '08:00' } } };
const QUIET_HOURS =
  'When you get no emails, text messages and push notifications, in your time zone. They are sent afterwards. Null for ' +
  'never. What is about your account, or in the category `security`, is sent at once.';
const DIGEST =
  'How emails are collected, for categories without a digest of their own: you get one email instead of several. Null ' +
  'for each at once.';

@ApiSchema({ name: 'ChannelChoices' })
export class ChannelChoicesBody {
  @ApiProperty({ type: Boolean, required: false, example: false, description: 'Whether you want emails.' })
  email?: boolean;

  @ApiProperty({
    type: Boolean,
    required: false,
    example: true,
    description: 'Whether you want notifications in the app.',
  })
  inbox?: boolean;

  @ApiProperty({
    type: Boolean,
    required: false,
    example: true,
    description: 'Whether you want text messages.',
  })
  sms?: boolean;

  @ApiProperty({
    type: Boolean,
    required: false,
    example: true,
    description: 'Whether you want push notifications.',
  })
  push?: boolean;
}

@ApiSchema({ name: 'QuietHours' })
class QuietHoursBody {
  @ApiProperty({
    type: String,
    pattern: TIME_OF_DAY.source,
    example: '22:00',
    description: 'When they begin.',
  })
  start!: string;

  @ApiProperty({
    type: String,
    pattern: TIME_OF_DAY.source,
    example: '07:00',
    description: 'When they end: on the next day, if this is before `start`.',
  })
  end!: string;
}

@ApiSchema({ name: 'Digest', description: 'Either `afterMinutes` or `at`.' })
class DigestBody {
  @ApiProperty({
    type: 'integer',
    format: 'int32',
    minimum: 1,
    maximum: DIGEST_MAX_MINUTES,
    required: false,
    example: 60,
    description: 'How long notifications are collected, counted from the first one.',
  })
  afterMinutes?: number;

  @ApiProperty({
    type: String,
    pattern: TIME_OF_DAY.source,
    required: false,
    example: '08:00',
    description: 'The time of day until which they are collected, in your time zone.',
  })
  at?: string;
}

@ApiSchema({ name: 'CategoryChoices' })
@ApiExtraModels(DigestBody)
export class CategoryChoicesBody extends ChannelChoicesBody {
  @ApiProperty({
    type: DigestBody,
    nullable: true,
    required: false,
    description:
      'How emails are collected. Null for each at once. Missing if the category has no digest of its own.',
  })
  digest?: Digest | null;
}

@ApiExtraModels(ChannelChoicesBody, CategoryChoicesBody, QuietHoursBody, DigestBody)
export class SetPreferencesRequest implements GivenChoices {
  @ObjectField({ description: CHANNELS, maxBytes: MAX_BYTES, shape: ChannelChoicesBody, optional: true })
  channels?: JsonObject;

  @ObjectField({
    description: CATEGORIES,
    example: EXAMPLE,
    maxBytes: MAX_BYTES,
    of: CategoryChoicesBody,
    optional: true,
  })
  categories?: JsonObject;

  @ObjectField({
    description: QUIET_HOURS,
    maxBytes: SMALL_BYTES,
    shape: QuietHoursBody,
    optional: true,
    nullable: true,
  })
  quietHours?: JsonObject | null;

  @ObjectField({
    description: DIGEST,
    maxBytes: SMALL_BYTES,
    shape: DigestBody,
    optional: true,
    nullable: true,
  })
  digest?: JsonObject | null;
}

@ApiSchema({ name: 'NotificationPreferences' })
@ApiExtraModels(CategoryChoicesBody)
export class PreferencesResponse {
  @ApiProperty({ type: ChannelChoicesBody, description: CHANNELS })
  channels!: ChannelChoicesBody;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(CategoryChoicesBody) },
    description: CATEGORIES,
    example: EXAMPLE,
  })
  categories!: Readonly<Record<string, CategoryChoicesBody>>;

  @ApiProperty({ type: QuietHoursBody, nullable: true, description: QUIET_HOURS })
  quietHours!: QuietHours | null;

  @ApiProperty({ type: DigestBody, nullable: true, description: DIGEST })
  digest!: Digest | null;
}

export function toPreferencesResponse({
  channels,
  categories,
  quietHours,
  digest,
}: EffectivePreferences): PreferencesResponse {
  return { channels, categories, quietHours, digest };
}
