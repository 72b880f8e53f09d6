import { Injectable } from '@nestjs/common';
import type { DeliverMessage, Jobs } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Inbox, openMessage } from '#libs/messaging';
import { JobQueue } from '#libs/bull';
import { MessageEffects } from './message-effects.js';

/** Takes the messages of other services: each has its effect once, however often it comes. */
@Injectable()
export class ReceiveMessageService {
  constructor(
    private readonly sealer: Sealer,
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly effects: MessageEffects,
    private readonly jobs: JobQueue<Jobs>,
  ) {}

  async receive(delivered: DeliverMessage): Promise<void> {
    const message = openMessage(this.sealer, delivered);
    await this.database.write(async (em) => {
      if (await this.inbox.accept(em, message.id)) {
        await this.effects.apply(em, message);
      }
    });
    // Also when it had been taken before: it came again because the confirmation was lost. No job id, so that a
    // confirmation that became a dead letter does not stand in the way of the next one.
    await this.jobs.enqueue('confirm-message', { messageId: message.id, consumer: 'notifications' });
  }
}
