import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { isAuditEventType } from '#libs/audit';
import { CursorPage, CursorQuery, InstantQuery, StringField, UuidField } from '#libs/api';
import { ACTOR_TYPES } from './audit-event.entity.js';
import type { AuditEntry } from './audit-log.js';
import { asSeenBySubject, type OwnEntry } from './own-entry.js';

export class AuditQuery extends CursorQuery {
  @StringField({
    description: 'Only events of this type.',
    example: 'user.suspended',
    minLength: 1,
    maxLength: 64,
    optional: true,
    rule: {
      code: 'unknown-type',
      test: isAuditEventType,
      message: 'must be an event type',
    },
  })
  type?: string;

  @UuidField({ description: 'Only events caused by this user.', optional: true })
  actorId?: string;

  @UuidField({ description: 'Only events that affect this user.', optional: true })
  subjectId?: string;

  @InstantQuery('Only events at this time or later.')
  occurredAfter?: string;

  @InstantQuery('Only events before this time.')
  occurredBefore?: string;
}

const NULLABLE = { type: String, nullable: true } as const;

@ApiSchema({ name: 'AuditEvent' })
export class AuditEventResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({ type: String, example: 'user.suspended', description: 'What happened, in the past tense.' })
  type!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it happened, in UTC.' })
  occurredAt!: string;

  @ApiProperty({
    type: String,
    enum: [...ACTOR_TYPES, 'administrator'],
    example: 'user',
    description:
      "Who did it: `user`; `anonymous`, for someone who isn't signed in, such as a person following a link in " +
      'an email; or `system`. In their own audit events, users see any other user as `administrator`.',
  })
  actorType!: string;

  @ApiProperty({ ...NULLABLE, format: 'uuid', description: 'The ID of the user who did it.' })
  actorId!: string | null;

  @ApiProperty({ ...NULLABLE, format: 'uuid', description: 'The ID of their API key, if they used one.' })
  apiKeyId!: string | null;

  @ApiProperty({
    ...NULLABLE,
    format: 'uuid',
    description: 'The ID of the administrator who acted as the user, if one did.',
  })
  impersonatorId!: string | null;

  @ApiProperty({ ...NULLABLE, format: 'uuid', description: 'The ID of the user it happened to.' })
  subjectId!: string | null;

  @ApiProperty({
    ...NULLABLE,
    example: 'support',
    description: 'What else the event is about, such as the name of a role.',
  })
  target!: string | null;

  @ApiProperty({ ...NULLABLE, description: 'The `X-Request-Id` of the request.' })
  requestId!: string | null;

  @ApiProperty({ ...NULLABLE, example: '203.0.113.7', description: 'The IP address the request came from.' })
  ipAddress!: string | null;

  @ApiProperty({ ...NULLABLE, example: 'Mozilla/5.0', description: 'The `User-Agent` of the request.' })
  userAgent!: string | null;

  @ApiProperty({
    ...NULLABLE,
    example: 'Ticket 4711',
    description: 'The reason given, if the operation requires one.',
  })
  reason!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: true },
    nullable: true,
    example: { roles: { from: ['user'], to: ['user', 'support'] } },
    description: 'The changed fields by name, each with its value before (`from`) and after (`to`).',
  })
  changes!: Readonly<Record<string, object>> | null;
}

export class AuditEventList {
  @ApiProperty({ type: [AuditEventResponse], maxItems: 100 })
  items!: AuditEventResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toAuditEventResponse(entry: OwnEntry): AuditEventResponse {
  const { id, type, occurredAt, actorType, actorId, apiKeyId, impersonatorId, subjectId } = entry;
  const { target, requestId, ipAddress, userAgent, reason, changes } = entry;
  return {
    id,
    type,
    occurredAt: occurredAt.toISOString(),
    actorType,
    actorId,
    apiKeyId,
    impersonatorId,
    subjectId,
    target,
    requestId,
    ipAddress,
    userAgent,
    reason,
    changes,
  };
}

export function toOwnEventResponse(entry: AuditEntry): AuditEventResponse {
  return toAuditEventResponse(asSeenBySubject(entry));
}
