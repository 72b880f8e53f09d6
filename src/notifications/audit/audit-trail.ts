import { Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditChanges, type AuditEventType, AuditOrigin, type Origin } from '#libs/audit';
import { recordAuditEvent } from '#libs/contracts';
import { Outbox } from '#libs/messaging';

const SYSTEM: Origin = {
  userId: null,
  apiKeyId: null,
  impersonatorId: null,
  requestId: null,
  ipAddress: null,
  userAgent: null,
};

/** Has the audit log record what administrators do here. It belongs to accounts, so a message tells it. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly outbox: Outbox,
    @Optional() private readonly origin?: AuditOrigin,
  ) {}

  /**
   * Records an event in the caller's transaction, so that there's neither a change without an event nor the opposite.
   * @param about the ID of what it's about
   * @param target how the event names that, if not by its ID
   */
  async record(
    em: EntityManager,
    { name }: AuditEventType,
    about: string,
    changes: AuditChanges | null = null,
    target = about,
  ): Promise<void> {
    const origin = this.origin?.current() ?? SYSTEM;
    await this.outbox.append(em, recordAuditEvent, about, { ...origin, type: name, target, changes });
  }
}
