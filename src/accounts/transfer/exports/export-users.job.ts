import { IsUUID } from 'class-validator';
import { defineJob } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class ExportUsers {
  @IsUUID() transferId!: string;
}

export const exportUsers = defineJob('export-users', {
  payload: ExportUsers,
  role: 'worker',
  visibleFields: ['transferId'],
  concurrency: 1,
  // A run that takes longer goes on in the next one.
  timeoutMs: 3_600_000,
  // Two days of outage, as for mails.
  attempts: 300,
  backoff: { baseMs: 2_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
});

/** Stays in the outbox until the export is over, so that it goes on even if Redis loses its data. */
export const exportTask = defineTask(exportUsers, (transferId) => ({ transferId }));
