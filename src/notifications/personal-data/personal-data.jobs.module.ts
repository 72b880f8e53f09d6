import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { PersonalDataModule } from '#libs/personal-data';
import { notificationsSchema } from '../migrations/index.js';
import { CollectUserDataHandler } from './collect-user-data.handler.js';
import { ErasedNotificationsPurge } from './erased-notifications.purge.js';
import { EraseUserHandler } from './erase-user.handler.js';

/** Collects and erases what the service has about a user. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    MessagingModule.forSchema(notificationsSchema),
    PersonalDataModule,
  ],
  providers: [CollectUserDataHandler, ErasedNotificationsPurge, EraseUserHandler],
})
export class PersonalDataJobsModule {}
