import type { Job } from '#libs/jobs';
import { findService, type Service } from './define-service.js';
import { findTask } from './define-task.js';
import type { OutboxRow } from './outbox-rows.js';

interface RoutedJob {
  readonly job: Job;
  readonly payload: object;
}

/** The job for a row of `service`'s outbox: a delivery to its consumer, or the task itself. */
export function routeOf(row: OutboxRow, service: Service): RoutedJob {
  const { messageId, consumer, type, subject, occurredAt, sealed } = row;
  if (sealed === null) {
    const task = findTask(consumer);
    if (!task) {
      throw new Error(
        `unknown task "${consumer}": declare it with defineTask, and provide the job's processor in a module of the role ` +
          `that relays the messages of "${service.name}", so that this process loads the declaration`,
      );
    }
    return { job: task.job, payload: task.payloadFor(messageId) };
  }
  const receiver = findService(consumer);
  if (!receiver) {
    throw new Error(
      `unknown service "${consumer}": declare it with defineService in libs/contracts, which every process loads`,
    );
  }
  return {
    job: receiver.deliver,
    payload: { messageId, type, subject, occurredAt: occurredAt.toISOString(), sealed, from: service.name },
  };
}
