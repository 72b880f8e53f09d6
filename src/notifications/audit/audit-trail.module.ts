import { Module } from '@nestjs/common';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../migrations/index.js';
import { AuditTrail } from './audit-trail.js';

@Module({
  imports: [MessagingModule.forSchema(notificationsSchema)],
  providers: [AuditTrail],
  exports: [AuditTrail],
})
export class AuditTrailModule {}
