import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, InstantField, StringField, StringListField } from '#libs/api';
import { RATE, RATE_MAX_LENGTH } from '#libs/limits';
import { KNOWN_PERMISSION, MAX_PERMISSIONS, PERMISSION_MAX_LENGTH } from '../permissions/permission.rules.js';
import { VISIBLE_NAME } from '../../users/http.js';
import type { ApiKey } from './api-key.entity.js';
import type { CreatedKey } from './api-keys.service.js';

const NAME_MAX_LENGTH = 64;

export class CreateApiKeyRequest {
  @StringField({
    description: 'A name for the key, such as the server that uses it.',
    example: 'Billing server',
    minLength: 1,
    maxLength: NAME_MAX_LENGTH,
    ...VISIBLE_NAME,
  })
  name!: string;

  @StringListField({
    description: "The key's permissions: names from `GET /permissions`. You must have all of them yourself.",
    example: ['users:read'],
    maxItems: MAX_PERMISSIONS,
    maxLength: PERMISSION_MAX_LENGTH,
    rule: KNOWN_PERMISSION,
  })
  permissions!: string[];

  @StringField({
    description:
      'How many requests the key may send, as requests/seconds. They also count towards your own limits, which stay as they are. ' +
      'If omitted, only those apply.',
    example: '600/60',
    minLength: 1,
    maxLength: RATE_MAX_LENGTH,
    rule: { code: 'invalid-rate', pattern: RATE, message: 'must be requests/seconds, such as 600/60' },
    optional: true,
    nullable: true,
  })
  rateLimit?: string | null;

  @InstantField({
    description: "When the key expires. If omitted, it works until it's revoked.",
    example: '2027-11-22T09:30:00Z',
    optional: true,
    nullable: true,
  })
  expiresAt?: string | null;
}

@ApiSchema({ name: 'ApiKey' })
export class ApiKeyResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({ type: String, example: 'Billing server', description: 'The name you gave the key.' })
  name!: string;

  @ApiProperty({
    type: [String],
    maxItems: MAX_PERMISSIONS,
    example: ['users:read'],
    description: "The key's permissions. Those you no longer have yourself have no effect.",
  })
  permissions!: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: '600/60',
    description:
      'How many requests the key may send, as requests/seconds. Null if only your own limits apply.',
  })
  rateLimit!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the key was created, in UTC.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "When the key expires, in UTC. Null if it doesn't expire.",
  })
  expiresAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "When the key was last used, in UTC, to the minute. Null if it hasn't been used.",
  })
  lastUsedAt!: string | null;
}

export class CreatedApiKeyResponse extends ApiKeyResponse {
  @ApiProperty({
    type: String,
    example: 'gh_live_…',
    description: "The key. It's shown only once. Send it as `Authorization: Bearer`.",
  })
  key!: string;
}

export class ApiKeyList {
  @ApiProperty({ type: [ApiKeyResponse], maxItems: 100 })
  items!: ApiKeyResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toApiKeyResponse(apiKey: ApiKey): ApiKeyResponse {
  const { id, name, permissions, rateLimit, createdAt, expiresAt, lastUsedAt } = apiKey;
  return {
    id,
    name,
    permissions: [...permissions],
    rateLimit: rateLimit ?? null,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

export function toCreatedResponse({ apiKey, key }: CreatedKey): CreatedApiKeyResponse {
  return { ...toApiKeyResponse(apiKey), key };
}
