import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DeliverMessage, Jobs } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { type AnyMessage, Inbox, openMessage } from '#libs/outbox';
import { JobQueue } from '#libs/queue';
import { RecipientProjection } from './recipient-projection.service.js';
import { RequestDeliveryService } from './request-delivery.service.js';

/** Takes the messages of other services: each has its effect once, however often it comes. */
@Injectable()
export class ReceiveMessageService {
  constructor(
    private readonly sealer: Sealer,
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly jobs: JobQueue<Jobs>,
    private readonly recipients: RecipientProjection,
    private readonly deliveries: RequestDeliveryService,
  ) {}

  async receive(delivered: DeliverMessage): Promise<void> {
    const message = openMessage(this.sealer, delivered);
    await this.database.write(async (em) => {
      if (await this.inbox.accept(em, message.id)) {
        await this.apply(em, message);
      }
    });
    // Also when it had been taken before: it came again because the confirmation was lost. No job id, so that a
    // confirmation that became a dead letter does not stand in the way of the next one.
    await this.jobs.enqueue('confirm-message', { messageId: message.id, consumer: 'notifications' });
  }

  private async apply(em: EntityManager, message: AnyMessage): Promise<void> {
    switch (message.type) {
      case 'user.registered':
      case 'user.updated':
      case 'user.email-verified':
        return this.recipients.project(em, message.subject, message.data);
      case 'send-notification':
        return this.deliveries.request(em, message.id, message.data);
      default:
        return message satisfies never;
    }
  }
}
