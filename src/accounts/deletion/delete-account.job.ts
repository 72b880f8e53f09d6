import { IsUUID } from 'class-validator';
import { defineJob } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class DeleteAccount {
  @IsUUID() deletionId!: string;
}

/** Begins a deletion that is due from the start, which `resume-sagas` would do up to a minute later. */
export const deleteAccount = defineJob('delete-account', {
  payload: DeleteAccount,
  role: 'worker',
  visibleFields: ['deletionId'],
  concurrency: 2,
  timeoutMs: 30_000,
  attempts: 10,
  backoff: { baseMs: 500, capMs: 30_000, jitter: 0.25 },
  // `resume-sagas` goes on trying.
  keepFailed: { ageSeconds: 600, count: 1_000 },
});

/** Stays in the outbox until the deletion has begun. */
export const deletionTask = defineTask(deleteAccount, (deletionId) => ({ deletionId }));
