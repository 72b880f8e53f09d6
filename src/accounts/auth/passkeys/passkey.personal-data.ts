import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findPasskeys } from './passkey.repository.js';

@HoldsPersonalData(accounts, 'passkeys')
export class PasskeyData implements PersonalData {
  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    const passkeys = everyRow((page) => findPasskeys(em, userId, page));
    for await (const { id, name, backedUp, transports, createdAt, lastUsedAt } of passkeys) {
      yield { id, name, backedUp, transports, createdAt, lastUsedAt };
    }
  }
}
