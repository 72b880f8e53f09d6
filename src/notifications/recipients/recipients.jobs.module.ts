import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { ErasedUser } from './erased-user.entity.js';
import { ErasedUsersPurge } from './erased-users.purge.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, ErasedUser)],
  providers: [ErasedUsersPurge],
})
export class RecipientsJobsModule {}
