import { IsUUID } from 'class-validator';
import { defineJob, type Job, TWO_DAYS_OF_RETRIES } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

/** The payload of all jobs that do transfers. */
export class TransferReference {
  @IsUUID() transferId!: string;
}

/** Declares the job that does transfers of a type, which has its name. */
export function defineTransferJob(
  name: string,
  {
    concurrency = 1,
    timeoutMs = 3_600_000,
  }: { readonly concurrency?: number; readonly timeoutMs?: number } = {},
): Job<TransferReference> {
  return defineJob(name, {
    payload: TransferReference,
    role: 'worker',
    visibleFields: ['transferId'],
    concurrency,
    // A run that takes longer goes on in the next one.
    timeoutMs,
    ...TWO_DAYS_OF_RETRIES,
  });
}

/** Stays in the outbox until the job has done its part, so that it goes on even if Redis loses its data. */
export function defineTransferTask(job: Job<TransferReference>) {
  return defineTask(job, (transferId) => ({ transferId }));
}
