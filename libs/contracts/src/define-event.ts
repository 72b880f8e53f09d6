import { Declarations } from '#libs/lifecycle';
import { defineMessage, type MessageType } from '#libs/messaging';
import { notifications } from './services.js';

/** Something that happened, for whoever wants to know: see the guide to webhooks. */
export interface EventType<D extends object = object> extends MessageType<D> {
  /** Increases when the data changes in a way that existing receivers can't ignore. */
  readonly version: number;
  readonly description: string;
}

const events = new Declarations<EventType>('event', 'Give one of the two another type.');

/**
 * Declares an event. Its name is in the past tense, such as `user.suspended`. It says what happened and to whom, without
 * personal data: receivers ask the API for that.
 */
export function defineEvent<D extends object>(
  type: string,
  description: string,
  data: new () => D,
): EventType<D> {
  return events.declare<EventType<D>>(type, () => ({
    ...defineMessage(type, { data, to: [notifications] }),
    version: 1,
    description,
  }));
}

/** All events, by type. */
export function eventTypes(): ReadonlyMap<string, EventType> {
  return events;
}
