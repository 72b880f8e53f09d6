import { IsUUID } from 'class-validator';
import { defineJob } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class ExportAccount {
  @IsUUID() transferId!: string;
}

export const exportAccount = defineJob('export-account', {
  payload: ExportAccount,
  role: 'worker',
  visibleFields: ['transferId'],
  concurrency: 2,
  timeoutMs: 600_000,
  // Two days of outage, as for mails.
  attempts: 300,
  backoff: { baseMs: 2_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
});

/** Stays in the outbox until the other service was asked, so that it goes on even if Redis loses its data. */
export const accountExportTask = defineTask(exportAccount, (transferId) => ({ transferId }));
