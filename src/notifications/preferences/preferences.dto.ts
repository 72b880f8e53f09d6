import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { ObjectField } from '#libs/api';
import type { JsonObject } from '#libs/json';
import type { EffectivePreferences } from './preferences.service.js';

const MAX_BYTES = 80 * 1024;
const CHANNELS = 'Whether you want each channel, for all categories without a choice of their own.';
const CATEGORIES =
  'Whether you want each channel, by category. Everyone gets `security`, so it is not among them.';
const EXAMPLE = { orders: { email: false, inbox: true } };

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
}

@ApiExtraModels(ChannelChoicesBody)
export class SetPreferencesRequest {
  @ObjectField({ description: CHANNELS, maxBytes: MAX_BYTES, shape: ChannelChoicesBody, optional: true })
  channels?: JsonObject;

  @ObjectField({
    description: CATEGORIES,
    example: EXAMPLE,
    maxBytes: MAX_BYTES,
    of: ChannelChoicesBody,
    optional: true,
  })
  categories?: JsonObject;
}

@ApiSchema({ name: 'NotificationPreferences' })
@ApiExtraModels(ChannelChoicesBody)
export class PreferencesResponse {
  @ApiProperty({ type: ChannelChoicesBody, description: CHANNELS })
  channels!: ChannelChoicesBody;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(ChannelChoicesBody) },
    description: CATEGORIES,
    example: EXAMPLE,
  })
  categories!: Readonly<Record<string, ChannelChoicesBody>>;
}

export function toPreferencesResponse({ channels, categories }: EffectivePreferences): PreferencesResponse {
  return { channels, categories };
}
