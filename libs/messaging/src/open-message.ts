import { SealBrokenError, type Sealer } from '#libs/crypto';
import { JobError, parsePayload, UnrecoverableJobError } from '#libs/jobs';
import { findMessageType, type Message } from './define-message.js';
import type { DeliverMessage } from './define-service.js';
import { messageContext } from './message-context.js';

/**
 * Opens a delivered message and validates its data.
 * @throws UnrecoverableJobError when the seal is broken or the data invalid; JobError when its type is unknown, as
 * happens while a new release rolls out and an old process takes it: it is retried
 */
export function openMessage(sealer: Sealer, delivered: DeliverMessage): Message {
  const { messageId, type, subject, occurredAt, sealed } = delivered;
  const known = findMessageType(type);
  if (!known) {
    throw new JobError(`this release does not know the message "${type}"`);
  }
  const data = parsePayload(known.data, open(sealer, messageId, sealed));
  return { id: messageId, type, subject, occurredAt: new Date(occurredAt), data };
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
