import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { InboxNotification } from './inbox-notification.entity.js';

/** The notifications of users in the app, without any transport. */
@Module({ imports: [DatabaseModule.forFeature(notificationsSchema, InboxNotification)] })
export class InboxModule {}
