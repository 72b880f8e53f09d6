import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { accountsSchema } from '../migrations/index.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditKeys } from './audit-keys.js';
import { AuditLog } from './audit-log.js';

@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, AuditEvent), MessagingModule.forSchema(accountsSchema)],
  providers: [AuditKeys, AuditLog],
  exports: [AuditLog],
})
export class AuditModule {}
