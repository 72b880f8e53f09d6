import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { sendDigest, type SendDelivery, DeliverySender } from '../deliveries/index.js';
import { DigestSender } from './digest-sender.js';

@ProcessesJob(sendDigest)
export class SendDigestProcessor implements JobProcessor<SendDelivery> {
  constructor(
    private readonly digests: DigestSender,
    private readonly mails: DeliverySender,
  ) {}

  async process({ deliveryId }: SendDelivery, context: JobContext): Promise<void> {
    if (await this.digests.prepare(deliveryId)) {
      await this.mails.send(deliveryId, context);
    }
  }
}
