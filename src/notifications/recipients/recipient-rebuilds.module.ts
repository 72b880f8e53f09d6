import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../migrations/index.js';
import { RecipientRebuild } from './recipient-rebuild.entity.js';
import { RecipientRebuilds } from './recipient-rebuilds.js';

/** Begins rebuilds of the copy of users. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, RecipientRebuild),
    MessagingModule.forSchema(notificationsSchema),
  ],
  providers: [RecipientRebuilds],
  exports: [RecipientRebuilds],
})
export class RecipientRebuildsModule {}
