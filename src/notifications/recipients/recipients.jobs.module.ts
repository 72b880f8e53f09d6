import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { PersonalDataModule } from '#libs/personal-data';
import { notificationsSchema } from '../migrations/index.js';
import { CollectUserDataHandler } from './collect-user-data.handler.js';
import { ErasedUser } from './erased-user.entity.js';
import { ErasedUsersPurge } from './erased-users.purge.js';
import { UserDeletedHandler } from './user-deleted.handler.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, ErasedUser),
    MessagingModule.forSchema(notificationsSchema),
    PersonalDataModule,
  ],
  providers: [CollectUserDataHandler, ErasedUsersPurge, UserDeletedHandler],
})
export class RecipientsJobsModule {}
