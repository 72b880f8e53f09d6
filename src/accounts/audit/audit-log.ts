import { Injectable, Logger, Optional } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditChanges, type AuditEventType, AuditOrigin, type Origin } from '#libs/audit';
import { IdSource, timeOfId } from '#libs/clock';
import { defineExpiringColumn, SealBrokenError, Sealer } from '#libs/crypto';
import { Database, makeChange, type PageRequest, type Slice, sliceOf, type Statement } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { currentLogContext } from '#libs/telemetry';
import type { ActorType, AuditEvent } from './audit-event.entity.js';
import {
  type AuditFilter,
  countEvents,
  findEvents,
  findSubjects,
  insertionOf,
} from './audit-event.repository.js';
import { AuditKeys, isSealedForUser, USER_KEY_ID } from './audit-keys.js';

interface Occurrence {
  /** The user whom it's about. */
  readonly subject?: string | undefined;
  /** What else it's about, such as the name of a role. */
  readonly target?: string | undefined;
  readonly changes?: AuditChanges | undefined;
  readonly reason?: string;
  /** The user who does it, if the request doesn't say so, as at a sign-in. */
  readonly actor?: string | undefined;
  /** Whether other services hear of it, if the type says so. Default: true. False if it made no difference. */
  readonly isPublished?: boolean;
}

/** Something of another service. */
interface ForeignEvent extends Origin {
  readonly type: string;
  readonly target: string | null;
  readonly changes: AuditChanges | null;
}

interface NewEntry {
  readonly id: string;
  readonly type: string;
  readonly origin: Origin | undefined;
  readonly occurrence: Occurrence;
  readonly actor: string | null;
}

interface Details {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly changes: AuditChanges | null;
  /** Why, in the words of whoever did it. */
  readonly reason: string | null;
}

/** For changes that earlier statements of the transaction have made. */
const ALREADY_CHANGED: Statement = { sql: 'select', values: [] };

const UNREADABLE: Details = { ipAddress: null, userAgent: null, changes: null, reason: null };

/** An event with its details opened. They're null if it's about a user who was deleted. */
export interface AuditEntry extends Details {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly actorType: ActorType;
  readonly actorId: string | null;
  readonly apiKeyId: string | null;
  readonly impersonatorId: string | null;
  readonly subjectId: string | null;
  readonly target: string | null;
  readonly requestId: string | null;
}

/** Records what happens to accounts, for those who have to know later. Nothing can change what it has recorded. */
@Injectable()
export class AuditLog {
  private readonly logger = new Logger(AuditLog.name);

  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly keys: AuditKeys,
    private readonly ids: IdSource,
    private readonly outbox: Outbox,
    @Optional() private readonly origin?: AuditOrigin,
  ) {}

  /** @returns the key with which to insert a user. Without it, the first event about them adds one */
  issueKey(em: EntityManager, userId: string): string {
    return this.keys.issue(em, userId);
  }

  /**
   * Records an event in the caller's transaction, so that there's neither a change without an event nor the opposite. Some
   * types are also published to other services.
   */
  async record(em: EntityManager, type: AuditEventType, occurrence: Occurrence = {}): Promise<void> {
    await this.recordWith(em, ALREADY_CHANGED, type, occurrence);
  }

  /**
   * Like `record`, together with the change, in one round trip. So it needs no transaction.
   * @param change returns a row if it has changed something
   * @returns whether it has. If it hasn't, nothing is recorded
   */
  async recordWith(
    em: EntityManager,
    change: Statement,
    type: AuditEventType,
    occurrence: Occurrence,
  ): Promise<boolean> {
    const origin = this.origin?.current();
    const { subject = null, target = null, changes = null } = occurrence;
    const { actor = origin?.userId ?? null, isPublished = true } = occurrence;
    const entry = { id: this.ids.next(), type: type.name, origin, occurrence, actor };
    const record = await this.insertionOf(em, entry);
    if (!type.publication || subject === null || !isPublished) {
      return makeChange(em, change, record);
    }
    const { event, data } = type.publication;
    const message = {
      ...data({ target, changes }),
      actorId: actor,
      impersonatorId: origin?.impersonatorId ?? null,
    };
    return this.outbox.appendWith(em, event, subject, message, { change, record });
  }

  /**
   * Records what someone did to something of another service.
   * @param id a UUIDv7 from when it happened
   */
  async recordOf(
    em: EntityManager,
    id: string,
    { type, target, changes, ...origin }: ForeignEvent,
  ): Promise<void> {
    const record = await this.insertionOf(em, {
      id,
      type,
      origin,
      occurrence: { target: target ?? undefined, changes: changes ?? undefined },
      actor: origin.userId,
    });
    await makeChange(em, ALREADY_CHANGED, record);
  }

  private async insertionOf(
    em: EntityManager,
    { id, type, origin, occurrence, actor }: NewEntry,
  ): Promise<Statement> {
    const { subject = null, target = null, changes = null, reason = null } = occurrence;
    const { ipAddress = null, userAgent = null } = origin ?? {};
    const details: Details = { ipAddress, userAgent, changes, reason };
    const sealer = (subject === null ? null : await this.keys.of(em, subject)) ?? this.sealer;
    return insertionOf({
      id,
      type,
      actorType: actor !== null ? 'user' : origin ? 'anonymous' : 'system',
      actorId: actor,
      apiKeyId: origin?.apiKeyId ?? null,
      impersonatorId: origin?.impersonatorId ?? null,
      subjectId: subject,
      target,
      requestId: origin?.requestId ?? currentLogContext()?.requestId ?? null,
      detailsSealed: sealer.sealJson(details, contextOf(id)),
    });
  }

  /** @returns those of the IDs of users about whom there are events, whether or not they still exist */
  subjectsAmong(em: EntityManager, userIds: readonly string[]): Promise<string[]> {
    return findSubjects(em, userIds);
  }

  /** Newest first. */
  list(filter: AuditFilter, page: PageRequest, withTotal: boolean): Promise<Slice<AuditEntry>> {
    return this.database.run(async (em) => {
      const { items, ...slice } = sliceOf(await findEvents(em, filter, page), page);
      const detailsOf = await this.opener(em, items);
      return {
        ...slice,
        items: items.map((event) => toEntry(event, detailsOf(event))),
        ...(withTotal ? { total: await countEvents(em, filter) } : {}),
      };
    });
  }

  /** Like `list`, but returns one entry more than the limit. */
  read(filter: AuditFilter, page: PageRequest): Promise<AuditEntry[]> {
    return this.database.run(async (em) => {
      const events = await findEvents(em, filter, page);
      const detailsOf = await this.opener(em, events);
      return events.map((event) => toEntry(event, detailsOf(event)));
    });
  }

  /** One event that can't be read doesn't keep anyone from reading the others. */
  private async opener(
    em: EntityManager,
    events: readonly AuditEvent[],
  ): Promise<(event: AuditEvent) => Details> {
    const subjects = events
      .filter(({ detailsSealed }) => isSealedForUser(detailsSealed))
      .flatMap(({ subjectId }) => subjectId ?? []);
    const openers = await this.keys.openers(em, subjects);
    return ({ id, subjectId, detailsSealed }) => {
      const openerOf = isSealedForUser(detailsSealed) ? openers.get(subjectId ?? '') : () => this.sealer;
      try {
        return openerOf ? (openerOf().openJson(detailsSealed, contextOf(id)) as Details) : UNREADABLE;
      } catch (error) {
        if (!(error instanceof SealBrokenError)) {
          throw error;
        }
        this.logger.error(`the details of the audit event ${id} can't be read: ${error.message}`);
        return UNREADABLE;
      }
    };
  }
}

function toEntry(event: AuditEvent, details: Details): AuditEntry {
  const { id, type, actorType, actorId, apiKeyId, impersonatorId } = event;
  const { subjectId, target, requestId } = event;
  return {
    id,
    type,
    occurredAt: timeOfId(id),
    actorType,
    actorId: actorId ?? null,
    apiKeyId: apiKeyId ?? null,
    impersonatorId: impersonatorId ?? null,
    subjectId: subjectId ?? null,
    target: target ?? null,
    requestId: requestId ?? null,
    ...details,
  };
}

function contextOf(id: string): string {
  return `audit:${id}`;
}

defineExpiringColumn('accounts.audit_events.details_sealed', {
  ring: 'ENCRYPTION_KEYS',
  expires: null,
  // The key of a user isn't one of the list.
  keyId: `nullif(split_part(left(details_sealed, 100), '.', 2), '${USER_KEY_ID}')`,
  until: 'AUDIT_RETENTION_DAYS after the event, because nothing can change it',
});
