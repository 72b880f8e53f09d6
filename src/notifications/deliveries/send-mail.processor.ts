import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { type SendMail, sendMail } from './send-mail.job.js';
import { SendMailService } from './send-mail.service.js';

@ProcessesJob(sendMail)
export class SendMailProcessor implements JobProcessor<SendMail> {
  constructor(private readonly mails: SendMailService) {}

  async process({ deliveryId }: SendMail, context: JobContext): Promise<void> {
    await this.mails.send(deliveryId, context);
  }
}
