import { SealBrokenError, type Sealer } from '#libs/crypto';
import { JobError, parsePayload, UnrecoverableJobError } from '#libs/jobs';
import { findMessageType, type Message } from './define-message.js';
import type { DeliverMessage } from './define-service.js';
import { messageContext } from './message-context.js';

/**
 * Opens a delivered message and validates its data.
 * @throws UnrecoverableJobError if the seal is broken or the data invalid
 * @throws JobError if the type is unknown. That happens when an old process gets a message of a new release during a
 * rollout, so the job is retried.
 */
export function openMessage(sealer: Sealer, delivered: DeliverMessage): Message {
  const { messageId, type, subject, occurredAt, sealed } = delivered;
  const messageType = findMessageType(type);
  if (!messageType) {
    throw new JobError(`unknown message "${type}" in this release`);
  }
  const data = parsePayload(messageType.data, open(sealer, messageId, sealed));
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
