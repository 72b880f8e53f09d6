import { DELIVERY_JOBS, type Jobs } from '#libs/contracts';
import type { JobName, JobPayload } from '#libs/jobs';
import type { OutboxRow } from './outbox-rows.js';

/** The job that an outbox row becomes. */
export type RoutedJob = {
  [N in JobName<Jobs>]: { readonly job: N; readonly payload: JobPayload<Jobs, N>; readonly jobId: string };
}[JobName<Jobs>];

/**
 * Which job a row becomes. The job's id must follow from the row's key, so that a row which is put again while its job
 * still waits does nothing.
 */
export type Route = (row: OutboxRow) => RoutedJob;

/** For messages between services: each consumer has a delivery job, and confirms by `confirm-message`. */
export const toConsumer: Route = ({ messageId, consumer, type, subject, occurredAt, sealed }) => {
  if (!Object.hasOwn(DELIVERY_JOBS, consumer) || sealed === null) {
    throw new Error(`no job delivers "${type}" to "${consumer}"`);
  }
  return {
    job: DELIVERY_JOBS[consumer as keyof typeof DELIVERY_JOBS],
    payload: { messageId, type, subject, occurredAt: occurredAt.toISOString(), sealed },
    jobId: messageId,
  };
};
