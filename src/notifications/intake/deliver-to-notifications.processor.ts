import type { DeliverMessage } from '#libs/contracts';
import { type JobProcessor, ProcessesJob } from '#libs/jobs';
import { ReceiveMessageService } from './receive-message.service.js';

@ProcessesJob('deliver-to-notifications')
export class DeliverToNotificationsProcessor implements JobProcessor<DeliverMessage> {
  constructor(private readonly messages: ReceiveMessageService) {}

  async process(delivered: DeliverMessage): Promise<void> {
    await this.messages.receive(delivered);
  }
}
