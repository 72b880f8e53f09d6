import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts, type DeletionStep, userErased } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler } from '#libs/messaging';
import { findDeletion } from './account-deletion.repository.js';
import { AccountDeletionSaga } from './account-deletion.saga.js';

/** Completes a deletion once the other service has removed what it had. */
@HandlesMessage(accounts, userErased)
export class UserErasedHandler implements MessageHandler<DeletionStep> {
  constructor(private readonly saga: AccountDeletionSaga) {}

  async handle(em: EntityManager, { data: { deletionId } }: Message<DeletionStep>): Promise<void> {
    const deletion = await findDeletion(em, deletionId);
    if (deletion) {
      await this.saga.apply(em, deletion, { type: 'erased' });
    }
  }
}
