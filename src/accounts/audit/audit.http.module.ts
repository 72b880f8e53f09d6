import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { JobJournal } from '#libs/jobs';
import { accountsSchema } from '../migrations/index.js';
import { AuditController } from './audit.controller.js';
import { AuditedJobs } from './audited-jobs.js';
import { AuditModule } from './audit.module.js';
import { AuditOrigin } from './audit-origin.js';
import { HttpOrigin } from './http-origin.js';
import { OwnHistoryController } from './own-history.controller.js';

/** Global, because what records events knows no transport, and gets the origin from whichever there is. */
@Global()
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema), AuditModule],
  controllers: [AuditController, OwnHistoryController],
  providers: [
    { provide: AuditOrigin, useClass: HttpOrigin },
    { provide: JobJournal, useClass: AuditedJobs },
  ],
  exports: [AuditOrigin, JobJournal],
})
export class AuditHttpModule {}
