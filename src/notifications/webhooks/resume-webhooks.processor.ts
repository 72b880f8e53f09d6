import { Database, inBatches } from '#libs/database';
import { type JobContext, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';
import { Outbox } from '#libs/messaging';
import { WEBHOOK_TASKS, webhookTask } from './deliver-webhook.job.js';
import { resumeWebhooks } from './resume-webhooks.job.js';
import { findTests, holdLapsed, releaseHeld } from './webhook-delivery.repository.js';
import { WebhookDeliverer } from './webhook-deliverer.js';
import { holdForgotten } from './webhook-order.repository.js';

@ProcessesJob(resumeWebhooks)
export class ResumeWebhooksProcessor implements JobProcessor<Tick> {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly deliverer: WebhookDeliverer,
  ) {}

  async process(_tick: Tick, { signal }: JobContext): Promise<void> {
    const tests = await this.database.run(findTests);
    await Promise.all(tests.map((id) => this.deliverer.test(id, signal)));
    await this.database.run(holdLapsed);
    await this.database.run((em) => holdForgotten(em, WEBHOOK_TASKS));
    await inBatches(this.database, signal, async (em, limit) => {
      const released = await releaseHeld(em, WEBHOOK_TASKS, limit);
      for (const { id, subject } of released) {
        await this.outbox.appendTask(em, webhookTask, id, subject);
      }
      return released.length;
    });
  }
}
