import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Message, MessageType } from './define-message.js';
import type { Service } from './define-service.js';

export interface MessageHandler<D extends object = object> {
  /** Runs in the transaction that records the message, so duplicates have no effect. */
  handle(em: EntityManager, message: Message<D>): Promise<void>;
}

interface Handling {
  readonly service: Service;
  readonly type: MessageType;
}

export const Handles = DiscoveryService.createDecorator<Handling>();

/** Marks the class that handles this type of message in `service`. */
export function HandlesMessage<D extends object>(
  service: Service,
  type: MessageType<D>,
): (target: Type<MessageHandler<D>>) => void {
  if (!type.to.includes(service)) {
    throw new Error(
      `"${service.name}" does not receive the message "${type.type}": add the service to \`to\` in defineMessage.`,
    );
  }
  return applyDecorators(Injectable(), Handles({ service, type }));
}
