import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, NumberField, ObjectField, StringField } from '#libs/api';
import type { JsonObject } from '#libs/json';
import type { KnownSubscription } from './push-subscriptions.service.js';

const ENDPOINT_MAX_LENGTH = 2_048;
const KEYS_MAX_BYTES = 1_024;
/** The end of the year 9999, in milliseconds. RFC 3339 has no later one. */
const MAX_TIME = 253_402_300_799_999;
const ENDPOINT = 'https://push.example.com/send/c2VjcmV0';

@ApiSchema({ name: 'PushKeys' })
class PushKeysBody {
  @ApiProperty({
    type: String,
    maxLength: 87,
    example: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    description: 'The public key of the browser: an uncompressed point on P-256, in base64url.',
  })
  p256dh!: string;

  @ApiProperty({
    type: String,
    maxLength: 22,
    example: 'BTBZMqHH6r4Tts7J_aSIgg',
    description: 'The authentication secret: 16 bytes, in base64url.',
  })
  auth!: string;
}

/** What the browser's `PushSubscription.toJSON()` returns (Push API, section 8). */
export class AddPushSubscriptionRequest {
  @StringField({
    description: 'The URL of the subscription at the push service of the browser. Must start with https://.',
    example: ENDPOINT,
    minLength: 1,
    maxLength: ENDPOINT_MAX_LENGTH,
  })
  endpoint!: string;

  @NumberField({
    description: 'When it ends, in milliseconds since 1970. Null if the browser does not know.',
    example: null,
    min: 0,
    max: MAX_TIME,
    optional: true,
    nullable: true,
  })
  expirationTime?: number | null;

  @ObjectField({
    description: 'What messages are encrypted with.',
    maxBytes: KEYS_MAX_BYTES,
    shape: PushKeysBody,
  })
  keys!: JsonObject;
}

@ApiSchema({ name: 'PushSubscription' })
export class PushSubscriptionResponse {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({
    type: String,
    example: ENDPOINT,
    description:
      'The URL at the push service. A page compares it with that of `pushManager.getSubscription()` to find its own.',
  })
  endpoint!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it ends, in UTC. Null if the browser did not know.',
  })
  expiresAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was added, in UTC.' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the browser last sent it, in UTC.' })
  updatedAt!: string;
}

@ApiSchema({ name: 'PushSubscriptionList' })
export class PushSubscriptionList {
  @ApiProperty({ type: [PushSubscriptionResponse], maxItems: 100 })
  items!: PushSubscriptionResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

@ApiSchema({ name: 'VapidPublicKey' })
export class VapidPublicKeyResponse {
  @ApiProperty({
    type: String,
    example: 'BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs',
    description: 'An uncompressed point on P-256, in base64url.',
  })
  publicKey!: string;
}

export function toPushSubscriptionResponse(known: KnownSubscription): PushSubscriptionResponse {
  const { id, endpoint, expiresAt, createdAt, updatedAt } = known;
  return {
    id,
    endpoint,
    expiresAt: expiresAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
