import { SealBrokenError, type Sealer } from '#libs/crypto';
import { InvalidPayloadError, JobError, parsePayload, UnrecoverableJobError } from '#libs/jobs';
import { findMessageType, type Message, type MessageType } from './define-message.js';
import type { DeliverMessage } from './define-service.js';
import { messageContext } from './message-context.js';

/**
 * Opens a delivered message and validates its data.
 * @throws UnrecoverableJobError if the seal is broken
 * @throws JobError if the type is unknown or the data invalid. That happens when an old process gets a message of a new
 * release during a rollout, so the job is retried.
 */
export function openMessage(sealer: Sealer, delivered: DeliverMessage): Message {
  const { messageId, type, subject, occurredAt, sealed } = delivered;
  const messageType = findMessageType(type);
  if (!messageType) {
    throw new JobError(`unknown message "${type}" in this release`);
  }
  const data = validated(messageType, open(sealer, messageId, sealed));
  return { id: messageId, type, subject, occurredAt: new Date(occurredAt), data };
}

/** Senders have validated it. So another release has sent it, which knows another field. */
function validated({ data: type }: MessageType, data: unknown): object {
  try {
    return parsePayload(type, data);
  } catch (error) {
    throw error instanceof InvalidPayloadError ? new JobError(`in this release, ${error.message}`) : error;
  }
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
