import type { Type } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type EventType, eventTypes, notifications } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler } from '#libs/messaging';
import { RecipientChanges } from '../recipients/index.js';
import { WebhookEvents } from './webhook-events.js';

function handlerOf(event: EventType): Type<MessageHandler> {
  @HandlesMessage(notifications, event)
  class EventHandler implements MessageHandler {
    constructor(
      private readonly events: WebhookEvents,
      private readonly recipients: RecipientChanges,
    ) {}

    async handle(em: EntityManager, message: Message): Promise<void> {
      await this.events.publish(em, event, message);
      await this.recipients.notice(em, message);
    }
  }
  return EventHandler;
}

/** Receives the events of services, for webhooks and the copy of recipients: each type of message has its handler. */
export const EVENT_HANDLERS: Type<MessageHandler>[] = [...eventTypes().values()].map(handlerOf);
