import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { EmailCipher } from '../../users/index.js';
import { findChanges } from './email-change.repository.js';

/**
 * Without the state, which can tell whether the new address has an account. Whether a change was made is in the audit log.
 */
@HoldsPersonalData(accounts, 'emailChanges')
export class EmailChangeData implements PersonalData {
  constructor(private readonly emails: EmailCipher) {}

  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    const changes = everyRow((page) => findChanges(em, userId, page));
    for await (const { id, fromSealed, toSealed, createdAt } of changes) {
      yield {
        id,
        from: this.emails.addressOf({ id: userId, emailSealed: fromSealed }),
        to: this.emails.addressOf({ id: userId, emailSealed: toSealed }),
        createdAt,
      };
    }
  }
}
