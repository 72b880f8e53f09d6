import { IsUUID } from 'class-validator';
import { defineJob, TWO_DAYS_OF_RETRIES } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class RebuildRecipients {
  @IsUUID() rebuildId!: string;
}

/** Compares the copies of all users with accounts. */
export const rebuildRecipients = defineJob('rebuild-recipients', {
  payload: RebuildRecipients,
  role: 'notifications',
  visibleFields: ['rebuildId'],
  concurrency: 1,
  // A run that takes longer goes on in the next one.
  timeoutMs: 3_600_000,
  ...TWO_DAYS_OF_RETRIES,
});

/** Stays in the outbox until the rebuild is finished. */
export const rebuildTask = defineTask(rebuildRecipients, (rebuildId) => ({ rebuildId }), {
  countsAsBacklog: false,
});
