import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { InstantField, ObjectField, StringField } from '#libs/api';
import type { JsonObject } from '#libs/json';
import { ChannelsField } from '../intake/http.js';
import { DATA_MAX_BYTES, TEMPLATE_MAX_LENGTH } from '../intake/index.js';
import type { ChannelName } from '../templates/index.js';

const AUDIENCE_MAX_BYTES = 2_048;

@ApiSchema({ name: 'Audience', description: 'Users who match all that is given.' })
class AudienceBody {
  @ApiProperty({
    enum: ['active', 'suspended'],
    required: false,
    default: 'active',
    description: 'Only users with this status.',
  })
  status?: string;

  @ApiProperty({ type: String, required: false, example: 'admin', description: 'Only users with this role.' })
  role?: string;

  @ApiProperty({
    type: String,
    required: false,
    example: 'acme.com',
    description: 'Only users whose email address is at this domain.',
  })
  emailDomain?: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    description: 'Only users created at this time or later.',
  })
  createdAfter?: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    description: 'Only users created before this time.',
  })
  createdBefore?: string;
}

export class BroadcastRequest {
  @ObjectField({
    description: 'Whom to notify. `{}` for all active users.',
    maxBytes: AUDIENCE_MAX_BYTES,
    shape: AudienceBody,
  })
  audience!: JsonObject;

  @StringField({
    description: 'The name of a published template.',
    example: 'new-feature',
    minLength: 1,
    maxLength: TEMPLATE_MAX_LENGTH,
  })
  template!: string;

  @ObjectField({
    description: 'The values of the variables of the template, the same for everyone.',
    example: { feature: 'Dark mode' },
    maxBytes: DATA_MAX_BYTES,
    optional: true,
  })
  data?: JsonObject;

  @ChannelsField('the users')
  channels?: ChannelName[];

  @InstantField({
    description: 'When to begin, at most a year ahead. Defaults to at once, as does a time in the past.',
    example: '2026-12-24T08:00:00Z',
    optional: true,
  })
  sendAt?: string;
}
