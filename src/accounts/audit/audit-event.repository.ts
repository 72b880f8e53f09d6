import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { lowestIdAt } from '#libs/clock';
import { keyset, type PageRequest, type Statement } from '#libs/database';
import { AuditEvent } from './audit-event.entity.js';

export interface AuditFilter {
  readonly type?: string | undefined;
  readonly actorId?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly occurredAfter?: Date | undefined;
  readonly occurredBefore?: Date | undefined;
}

type NewEvent = Pick<
  AuditEvent,
  | 'id'
  | 'type'
  | 'actorType'
  | 'actorId'
  | 'apiKeyId'
  | 'impersonatorId'
  | 'subjectId'
  | 'target'
  | 'requestId'
  | 'detailsSealed'
>;

/** Inserts an event for each row of `changed`. Plain SQL, because every sign-in runs this. */
export function insertionOf(event: NewEvent): Statement {
  const { id, type, actorType, actorId, apiKeyId, impersonatorId } = event;
  const { subjectId, target, requestId, detailsSealed } = event;
  return {
    sql: `insert into accounts.audit_events
       (id, type, actor_type, actor_id, api_key_id, impersonator_id, subject_id, target, request_id, details_sealed)
     select ?::uuid, ?, ?, ?::uuid, ?::uuid, ?::uuid, ?::uuid, ?, ?, ? from changed`,
    values: [
      id,
      type,
      actorType,
      actorId,
      apiKeyId,
      impersonatorId,
      subjectId,
      target,
      requestId,
      detailsSealed,
    ],
  };
}

/** @returns those of the IDs that are the subject of an event */
export async function findSubjects(em: EntityManager, ids: readonly string[]): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from (select jsonb_array_elements_text(?::jsonb)::uuid as id) as given
      where exists (select from accounts.audit_events e where e.subject_id = given.id)`,
    [JSON.stringify(ids)],
  );
  return rows.map(({ id }) => id);
}

/** Returns one row more than the limit, newest first. */
export function findEvents(em: EntityManager, filter: AuditFilter, page: PageRequest): Promise<AuditEvent[]> {
  const { where, options } = keyset(page);
  return em.find(AuditEvent, { $and: [whereOf(filter), where] }, options);
}

export function countEvents(em: EntityManager, filter: AuditFilter): Promise<number> {
  return em.count(AuditEvent, whereOf(filter));
}

/** The names of all partitions, without their schema. */
export async function findPartitions(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<{ name: string }[]>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'accounts.audit_events'::regclass`,
  );
  return rows.map(({ name }) => name);
}

/** @param month its first instant, in UTC */
export async function createPartition(em: EntityManager, month: Date): Promise<void> {
  await em.execute('select accounts.create_audit_partition(?)', [month]);
}

export async function dropPartition(em: EntityManager, name: string): Promise<void> {
  await em.execute('drop table accounts.??', [name], 'run');
}

function whereOf({
  type,
  actorId,
  subjectId,
  occurredAfter,
  occurredBefore,
}: AuditFilter): FilterQuery<AuditEvent> {
  return {
    $and: [
      type === undefined ? {} : { type },
      actorId === undefined ? {} : { actorId },
      subjectId === undefined ? {} : { subjectId },
      occurredAfter ? { id: { $gte: lowestIdAt(occurredAfter) } } : {},
      occurredBefore ? { id: { $lt: lowestIdAt(occurredBefore) } } : {},
    ],
  };
}
