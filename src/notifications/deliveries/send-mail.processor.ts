import type { SendMail } from '#libs/contracts';
import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { SendMailService } from './send-mail.service.js';

@ProcessesJob('send-mail')
export class SendMailProcessor implements JobProcessor<SendMail> {
  constructor(private readonly mails: SendMailService) {}

  async process({ deliveryId }: SendMail, context: JobContext): Promise<void> {
    await this.mails.send(deliveryId, context);
  }
}
