import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../migrations/index.js';
import { ErasedUser } from './erased-user.entity.js';
import { ErasedUsersPurge } from './erased-users.purge.js';
import { UserDeletedHandler } from './user-deleted.handler.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, ErasedUser),
    MessagingModule.forSchema(notificationsSchema),
  ],
  providers: [ErasedUsersPurge, UserDeletedHandler],
})
export class RecipientsJobsModule {}
