import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { AuditLog } from './audit-log.js';
import { asSeenBySubject } from './own-entry.js';

/** What happened to the user, as they see it in their own history. */
@HoldsPersonalData(accounts, 'auditEvents')
export class AuditData implements PersonalData {
  constructor(private readonly log: AuditLog) {}

  async *collect(_em: EntityManager, subjectId: string): AsyncGenerator<object> {
    for await (const entry of everyRow((page) => this.log.read({ subjectId }, page))) {
      yield asSeenBySubject(entry);
    }
  }
}
