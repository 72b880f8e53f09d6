import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { JobJournal } from '#libs/jobs';
import { accountsSchema } from '../migrations/index.js';
import { AuditController } from './audit.controller.js';
import { AuditedJobs } from './audited-jobs.js';
import { AuditModule } from './audit.module.js';
import { OwnHistoryController } from './own-history.controller.js';

/** Global, because whoever retries jobs knows no service that keeps records of it. */
@Global()
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema), AuditModule],
  controllers: [AuditController, OwnHistoryController],
  providers: [{ provide: JobJournal, useClass: AuditedJobs }],
  exports: [JobJournal],
})
export class AuditHttpModule {}
