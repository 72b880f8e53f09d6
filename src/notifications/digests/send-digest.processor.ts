import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { sendDigest, type SendMail, SendMailService } from '../deliveries/index.js';
import { DigestSender } from './digest-sender.js';

@ProcessesJob(sendDigest)
export class SendDigestProcessor implements JobProcessor<SendMail> {
  constructor(
    private readonly digests: DigestSender,
    private readonly mails: SendMailService,
  ) {}

  async process({ deliveryId }: SendMail, context: JobContext): Promise<void> {
    if (await this.digests.prepare(deliveryId)) {
      await this.mails.send(deliveryId, context);
    }
  }
}
