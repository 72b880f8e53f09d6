import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { PurgeModule } from '#libs/purge';
import { accountsSchema } from '../migrations/index.js';
import { AuditModule } from './audit.module.js';
import { AuditData } from './audit.personal-data.js';
import { AuditEventsPurge } from './audit-events.purge.js';
import { RecordAuditEventHandler } from './record-audit-event.handler.js';
import { rotateAuditMonths } from './rotate-audit-months.job.js';

@Module({
  imports: [AuditModule, DatabaseModule.forFeature(accountsSchema), PurgeModule.forJob(rotateAuditMonths)],
  providers: [AuditData, AuditEventsPurge, RecordAuditEventHandler],
})
export class AuditJobsModule {}
