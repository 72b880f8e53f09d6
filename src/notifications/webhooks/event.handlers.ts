import type { Type } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type EventType, eventTypes, notifications } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler } from '#libs/messaging';
import { WebhookEvents } from './webhook-events.js';

function handlerOf(event: EventType): Type<MessageHandler> {
  @HandlesMessage(notifications, event)
  class EventHandler implements MessageHandler {
    constructor(private readonly events: WebhookEvents) {}

    handle(em: EntityManager, message: Message): Promise<void> {
      return this.events.publish(em, event, message);
    }
  }
  return EventHandler;
}

/** Receives the events of other services: each type of message has its handler. */
export const EVENT_HANDLERS: Type<MessageHandler>[] = [...eventTypes().values()].map(handlerOf);
