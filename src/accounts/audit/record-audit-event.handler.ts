import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts, type AuditRecord, recordAuditEvent } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler } from '#libs/messaging';
import { AuditLog } from './audit-log.js';

/** Records what administrators did to something of another service. */
@HandlesMessage(accounts, recordAuditEvent)
export class RecordAuditEventHandler implements MessageHandler<AuditRecord> {
  constructor(private readonly audit: AuditLog) {}

  async handle(em: EntityManager, { id, data }: Message<AuditRecord>): Promise<void> {
    await this.audit.recordOf(em, id, data);
  }
}
