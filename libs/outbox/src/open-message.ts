import {
  type DeliverMessage,
  isMessageType,
  type Message,
  MESSAGES,
  type MessageType,
} from '#libs/contracts';
import { SealBrokenError, type Sealer } from '#libs/crypto';
import { JobError, parsePayload, UnrecoverableJobError } from '#libs/queue';
import { messageContext } from './message-context.js';

/** A message whose type tells the type of its data. */
export type AnyMessage = { [T in MessageType]: Message<T> }[MessageType];

/**
 * Opens a delivered message and checks its data.
 * @throws UnrecoverableJobError when the seal is broken or the data invalid; JobError when its type is not known, as
 * happens while a new release is rolled out and an old process takes it: it is tried again
 */
export function openMessage(sealer: Sealer, delivered: DeliverMessage): AnyMessage {
  const { messageId, type, subject, occurredAt, sealed } = delivered;
  if (!isMessageType(type)) {
    throw new JobError(`this release does not know the message "${type}"`);
  }
  const data = parsePayload<object>(MESSAGES[type].data, open(sealer, messageId, sealed));
  return { id: messageId, type, subject, occurredAt: new Date(occurredAt), data } as AnyMessage;
}

function open(sealer: Sealer, messageId: string, sealed: string): unknown {
  try {
    return sealer.openJson(sealed, messageContext(messageId));
  } catch (error) {
    if (error instanceof SealBrokenError) {
      throw new UnrecoverableJobError(`the message cannot be opened: ${error.message}`);
    }
    throw error;
  }
}
