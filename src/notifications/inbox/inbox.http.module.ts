import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { InboxChangesModule } from './inbox-changes.module.js';
import { InboxController } from './inbox.controller.js';
import { InboxModule } from './inbox.module.js';
import { InboxService } from './inbox.service.js';
import { InboxStreamController } from './stream/inbox-stream.controller.js';
import { InboxStreams } from './stream/inbox-streams.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema), InboxChangesModule, InboxModule],
  controllers: [InboxStreamController, InboxController],
  providers: [InboxService, InboxStreams],
})
export class InboxHttpModule {}
