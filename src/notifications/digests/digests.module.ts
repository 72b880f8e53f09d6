import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../migrations/index.js';
import { TemplatesModule } from '../templates/index.js';
import { DigestRow } from './digest.entity.js';
import { DigestCollector } from './digest-collector.js';

/** Collects notifications. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, DigestRow),
    MessagingModule.forSchema(notificationsSchema),
    TemplatesModule,
  ],
  providers: [DigestCollector],
  exports: [DigestCollector],
})
export class DigestsModule {}
