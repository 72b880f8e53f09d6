import type { ConfirmMessage } from '#libs/contracts';
import { Database } from '#libs/database';
import { type JobProcessor, ProcessesJob } from '#libs/jobs';
import { Outbox } from './outbox.js';

/** Takes what a consumer has confirmed out of the outbox. */
@ProcessesJob('confirm-message')
export class ConfirmMessageProcessor implements JobProcessor<ConfirmMessage> {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  async process({ messageId, consumer }: ConfirmMessage): Promise<void> {
    await this.database.write((em) => this.outbox.settle(em, messageId, consumer));
  }
}
