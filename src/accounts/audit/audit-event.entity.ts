import { defineEntity, p } from '@mikro-orm/postgresql';

export const ACTOR_TYPES = ['user', 'anonymous', 'system'] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];

const schema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  schema: 'accounts',
  indexes: [
    { name: 'audit_events_actor_index', properties: ['actorId', 'id'] },
    { name: 'audit_events_subject_index', properties: ['subjectId', 'id'] },
    { name: 'audit_events_type_index', properties: ['type', 'id'] },
  ],
  properties: {
    /** A UUIDv7, so that it says when, and in which partition. */
    id: p.uuid().primary(),
    type: p.text(),
    actorType: p.enum(ACTOR_TYPES),
    /** Only for users. No foreign key: events outlive users. */
    actorId: p.uuid().nullable(),
    /** The API key that was used, if it was one. */
    apiKeyId: p.uuid().nullable(),
    /** The administrator who acted as the user, if one did. */
    impersonatorId: p.uuid().nullable(),
    /** Whom it's about: a user, if it's about one. */
    subjectId: p.uuid().nullable(),
    /** What else it's about, such as the name of a role. Never personal. */
    target: p.text().nullable(),
    requestId: p.text().nullable(),
    /** Where it came from and what changed, sealed for this row: with the key of the subject, if it's about a user. */
    detailsSealed: p.text(),
  },
});

/** An entry of the audit log. Only ever inserted: triggers reject everything else. */
export class AuditEvent extends schema.class {}
schema.setClass(AuditEvent);
