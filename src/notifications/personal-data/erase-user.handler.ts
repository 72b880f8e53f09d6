import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { type DeletionStep, notifications, eraseUser, userErased } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler, Outbox } from '#libs/messaging';
import { deleteInboxOf } from '../inbox/index.js';
import { deleteDeliveriesTo } from '../deliveries/index.js';
import { deleteDigestsOf } from '../digests/index.js';
import { deleteScheduledFor } from '../intake/index.js';
import { deletePreferencesOf } from '../preferences/index.js';
import { deletePhoneOf, deletePushSubscriptionsOf, eraseRecipient } from '../recipients/index.js';
import { deleteSuppressionsOf } from '../suppressions/index.js';

/** Removes everything that this service has of a deleted user, and says so. */
@HandlesMessage(notifications, eraseUser)
export class EraseUserHandler implements MessageHandler<DeletionStep> {
  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async handle(em: EntityManager, { subject: userId, data }: Message<DeletionStep>): Promise<void> {
    await eraseRecipient(em, userId, this.clock.now());
    await deleteScheduledFor(em, userId);
    await deleteDeliveriesTo(em, userId);
    await deleteDigestsOf(em, userId);
    await deleteInboxOf(em, userId);
    await deletePreferencesOf(em, userId);
    await deletePhoneOf(em, userId);
    await deletePushSubscriptionsOf(em, userId);
    await deleteSuppressionsOf(em, userId);
    await this.outbox.append(em, userErased, userId, data);
  }
}
