import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { AuditModule } from './audit.module.js';
import { AuditData } from './audit.personal-data.js';
import { AuditEventsPurge } from './audit-events.purge.js';
import { RecordAuditEventHandler } from './record-audit-event.handler.js';

@Module({
  imports: [AuditModule, DatabaseModule.forFeature(accountsSchema)],
  providers: [AuditData, AuditEventsPurge, RecordAuditEventHandler],
})
export class AuditJobsModule {}
