import { Declarations } from '#libs/lifecycle';
import type { Service } from './define-service.js';

interface MessageOptions<D extends object> {
  /** Validates the data with class-validator, when the message is sent and again when it's received. */
  readonly data: new () => D;
  readonly to: readonly Service[];
}

/**
 * A type of message. Events are named in the past tense (`user.suspended`), commands in the imperative
 * (`send-notification`).
 */
export interface MessageType<D extends object = object> extends MessageOptions<D> {
  readonly type: string;
}

/** A message as handlers receive it. */
export interface Message<D extends object = object> {
  readonly id: string;
  readonly type: string;
  /** The ID of what the message is about. */
  readonly subject: string;
  readonly occurredAt: Date;
  readonly data: D;
}

const types = new Declarations<MessageType>('message', 'Give one of the two another type.');

/** Declares a message that one service sends to others: its data and its receivers. */
export function defineMessage<D extends object>(type: string, options: MessageOptions<D>): MessageType<D> {
  return types.declare<MessageType<D>>(type, () => ({ type, ...options }));
}

export function findMessageType(type: string): MessageType | undefined {
  return types.get(type);
}

export function messageTypesFor(service: Service): MessageType[] {
  return [...types.values()].filter(({ to }) => to.includes(service));
}
