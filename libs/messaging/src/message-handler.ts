import { applyDecorators, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Message, MessageType } from './define-message.js';

export interface MessageHandler<D extends object = object> {
  /** Runs in the transaction that records the message, so duplicates have no effect. */
  handle(em: EntityManager, message: Message<D>): Promise<void>;
}

export const Handles = DiscoveryService.createDecorator<MessageType>();

/** Marks the class that handles this type of message in the receiving service. */
export function HandlesMessage<D extends object>(
  type: MessageType<D>,
): (target: Type<MessageHandler<D>>) => void {
  return applyDecorators(Injectable(), Handles(type));
}
