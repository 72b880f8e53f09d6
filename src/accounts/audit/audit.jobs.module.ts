import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { AuditEventsPurge } from './audit-events.purge.js';

@Module({ imports: [DatabaseModule.forFeature(accountsSchema)], providers: [AuditEventsPurge] })
export class AuditJobsModule {}
