import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../auth/index.js';
import { findPending } from './account-deletion.repository.js';
import { AccountDeletionSaga } from './account-deletion.saga.js';

/** No one signs in with a deletion. But whoever isn't the owner may have asked for one. */
@Injectable()
export class PendingDeletionMethod implements SignInMethod {
  constructor(
    methods: SignInMethods,
    private readonly saga: AccountDeletionSaga,
  ) {
    methods.add(this);
  }

  count(): Promise<number> {
    return Promise.resolve(0);
  }

  async removeSince(em: EntityManager, userId: string, since: Date): Promise<void> {
    const pending = await findPending(em, userId);
    if (pending?.requestedBy === userId && pending.createdAt >= since) {
      await this.saga.apply(em, pending, { type: 'canceled' });
    }
  }
}
