import { Injectable } from '@nestjs/common';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { AuditTrail } from '../audit/index.js';
import { WEBHOOK_TRIES, webhookTask } from './deliver-webhook.job.js';
import type { WebhookDelivery } from './webhook-delivery.entity.js';
import {
  countDeliveries,
  type DeliveryFilter,
  findDeliveries,
  findDelivery,
} from './webhook-delivery-list.repository.js';
import { reopenDelivery } from './webhook-delivery.repository.js';
import { findWebhook } from './webhook.repository.js';
import { webhookDeliveryNotFound, webhookNotFound } from './webhooks.errors.js';
import { webhookReplayed } from './webhooks.events.js';

/** What was, and is to be, delivered to webhooks. */
@Injectable()
export class WebhookDeliveriesService {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
  ) {}

  /** Newest first. @throws Problem `webhook-not-found` */
  list(filter: DeliveryFilter, page: PageRequest, withTotal: boolean): Promise<Slice<WebhookDelivery>> {
    return this.database.run(async (em) => {
      if (!(await findWebhook(em, filter.webhook))) {
        throw webhookNotFound();
      }
      return {
        ...sliceOf(await findDeliveries(em, filter, page), page),
        ...(withTotal ? { total: await countDeliveries(em, filter) } : {}),
      };
    });
  }

  /**
   * Delivers an event again, with the same `webhook-id`. Has no effect on a delivery that isn't over.
   * @throws Problem `webhook-delivery-not-found`
   */
  replay(webhookId: string, id: string): Promise<WebhookDelivery> {
    return this.database.transaction(async (em) => {
      const reopened =
        (await findDelivery(em, webhookId, id)) && (await reopenDelivery(em, id, WEBHOOK_TRIES));
      if (reopened) {
        await this.outbox.appendTask(em, webhookTask, id, reopened.subject);
        await this.audit.record(em, webhookReplayed, webhookId);
      }
      em.clear();
      const delivery = await findDelivery(em, webhookId, id);
      if (!delivery) {
        throw webhookDeliveryNotFound();
      }
      return delivery;
    });
  }
}
