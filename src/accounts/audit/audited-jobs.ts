import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { JobJournal } from '#libs/jobs';
import { AuditLog } from './audit-log.js';
import { jobRetried } from './jobs.events.js';

/** Writes into the audit log what administrators do to jobs of which the database knows nothing. */
@Injectable()
export class AuditedJobs extends JobJournal {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {
    super();
  }

  override async retried(jobId: string): Promise<void> {
    await this.database.transaction((em) => this.audit.record(em, jobRetried, { target: jobId }));
  }
}
