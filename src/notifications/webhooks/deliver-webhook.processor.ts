import { type JobContext, type JobProcessor, ProcessesJob } from '#libs/jobs';
import { type DeliverWebhook, deliverWebhook, retryWebhook } from './deliver-webhook.job.js';
import { WebhookDeliverer } from './webhook-deliverer.js';

@ProcessesJob(deliverWebhook)
export class DeliverWebhookProcessor implements JobProcessor<DeliverWebhook> {
  constructor(private readonly deliverer: WebhookDeliverer) {}

  async process({ deliveryId }: DeliverWebhook, { signal }: JobContext): Promise<void> {
    await this.deliverer.deliver(deliveryId, 'try', signal);
  }
}

@ProcessesJob(retryWebhook)
export class RetryWebhookProcessor implements JobProcessor<DeliverWebhook> {
  constructor(private readonly deliverer: WebhookDeliverer) {}

  async process({ deliveryId }: DeliverWebhook, { signal }: JobContext): Promise<void> {
    await this.deliverer.deliver(deliveryId, 'retry', signal);
  }
}
