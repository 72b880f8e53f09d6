import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { sendBroadcastMail } from './mail-tasks.js';
import type { SendMail } from './send-mail.job.js';
import { SendMailService } from './send-mail.service.js';

@ProcessesJob(sendBroadcastMail)
export class SendBroadcastMailProcessor implements JobProcessor<SendMail> {
  constructor(private readonly mails: SendMailService) {}

  async process({ deliveryId }: SendMail, context: JobContext): Promise<void> {
    await this.mails.send(deliveryId, context);
  }
}
