import { Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { IdSource, timeOfId } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { currentLogContext } from '#libs/telemetry';
import type { ActorType, AuditEvent } from './audit-event.entity.js';
import { type AuditFilter, countEvents, findEvents, insertEvent } from './audit-event.repository.js';
import { AuditOrigin } from './audit-origin.js';
import type { AuditEventType } from './define-audit-event.js';

/** The values of what changed, by name. */
export type AuditChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

interface Occurrence {
  /** The user whom it's about. */
  readonly subject?: string | undefined;
  /** What else it's about, such as the name of a role. */
  readonly target?: string | undefined;
  readonly changes?: AuditChanges | undefined;
  readonly reason?: string;
  /** The user who does it, if the request doesn't say so, as at a sign-in. */
  readonly actor?: string | undefined;
}

interface Details {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly changes: AuditChanges | null;
  /** Why, in the words of whoever did it. */
  readonly reason: string | null;
}

/** An event with its details opened. */
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
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly ids: IdSource,
    @Optional() private readonly origin?: AuditOrigin,
  ) {}

  /** Records an event in the caller's transaction, so that there's neither a change without an event nor the opposite. */
  async record(em: EntityManager, type: AuditEventType, occurrence: Occurrence = {}): Promise<void> {
    const origin = this.origin?.current();
    const { subject = null, target = null, changes = null, reason = null } = occurrence;
    const { actor = origin?.userId ?? null } = occurrence;
    const id = this.ids.next();
    const { ipAddress = null, userAgent = null } = origin ?? {};
    const details: Details = { ipAddress, userAgent, changes, reason };
    await insertEvent(em, {
      id,
      type: type.name,
      actorType: actor !== null ? 'user' : origin ? 'anonymous' : 'system',
      actorId: actor,
      apiKeyId: origin?.apiKeyId ?? null,
      impersonatorId: origin?.impersonatorId ?? null,
      subjectId: subject,
      target,
      requestId: origin?.requestId ?? currentLogContext()?.requestId ?? null,
      detailsSealed: this.sealer.sealJson(details, contextOf(id)),
    });
  }

  /** Newest first. */
  list(filter: AuditFilter, page: PageRequest, withTotal: boolean): Promise<Slice<AuditEntry>> {
    return this.database.run(async (em) => {
      const { items, ...slice } = sliceOf(await findEvents(em, filter, page), page);
      return {
        ...slice,
        items: items.map((event) => this.open(event)),
        ...(withTotal ? { total: await countEvents(em, filter) } : {}),
      };
    });
  }

  private open({ detailsSealed, ...event }: AuditEvent): AuditEntry {
    const { id, type, actorType, actorId, apiKeyId, impersonatorId } = event;
    const { subjectId, target, requestId } = event;
    const details = this.sealer.openJson(detailsSealed, contextOf(id)) as Details;
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
}

function contextOf(id: string): string {
  return `audit:${id}`;
}
