import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AnyMessage } from '#libs/messaging';
import { RecipientProjection } from '../recipients/recipient-projection.service.js';
import { RequestDeliveryService } from './request-delivery.service.js';

/** What each message means to this service. */
@Injectable()
export class MessageEffects {
  constructor(
    private readonly recipients: RecipientProjection,
    private readonly deliveries: RequestDeliveryService,
  ) {}

  /** In the transaction that takes the message. */
  async apply(em: EntityManager, message: AnyMessage): Promise<void> {
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
