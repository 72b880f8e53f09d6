import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findTransfersOf } from './transfer.repository.js';

/** The imports and exports that the user has started, without what is in their files. */
@HoldsPersonalData(accounts, 'transfers')
export class TransferData implements PersonalData {
  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    const transfers = everyRow((page) => findTransfersOf(em, userId, page));
    for await (const { id, type, state, succeeded, skipped, failed, createdAt, finishedAt } of transfers) {
      yield { id, type, state, succeeded, skipped, failed, createdAt, finishedAt };
    }
  }
}
