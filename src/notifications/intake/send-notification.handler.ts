import { Inject } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { findTemplate, notifications, type SendNotification, sendNotification } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { JobError } from '#libs/jobs';
import { HandlesMessage, type Message, type MessageHandler, Outbox } from '#libs/messaging';
import { MAIL_OPTIONS, type MailOptions } from '../channels/index.js';
import { insertDelivery, mailTask, messageIdOf, sealDelivery } from '../deliveries/index.js';
import { isErased, lockRecipient } from '../recipients/index.js';

/** Creates a delivery for the command to notify someone, and the task to send it. Nobody notifies a deleted user. */
@HandlesMessage(notifications, sendNotification)
export class SendNotificationHandler implements MessageHandler<SendNotification> {
  constructor(
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    @Inject(MAIL_OPTIONS) private readonly options: MailOptions,
  ) {}

  /**
   * @throws JobError if the template is unknown. That happens during a rollout, when an old process gets a command of a
   * new release, so the job is retried.
   */
  async handle(em: EntityManager, { id, data: notification }: Message<SendNotification>): Promise<void> {
    const { template, to, data, expiresAt } = notification;
    if (!findTemplate(template)) {
      throw new JobError(`unknown template "${template}" in this release`);
    }
    await lockRecipient(em, to.userId);
    if (await isErased(em, to.userId)) {
      return;
    }
    const isNew = await insertDelivery(em, {
      id,
      userId: to.userId,
      template,
      channel: 'email',
      sealed: sealDelivery(this.sealer, id, { to, data }),
      messageId: messageIdOf(id, this.options.publicUrl),
      expiresAt: new Date(expiresAt),
      createdAt: this.clock.now(),
    });
    // A task for a delivery that is final would never be settled.
    if (isNew) {
      await this.outbox.appendTask(em, mailTask, id, to.userId);
    }
  }
}
