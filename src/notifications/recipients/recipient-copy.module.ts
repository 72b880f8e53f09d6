import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { ErasedUser } from './erased-user.entity.js';
import { Recipient } from './recipient.entity.js';
import { RecipientChanges } from './recipient-changes.js';
import { RecipientCopy } from './recipient-copy.js';
import { RecipientRefresh } from './recipient-refresh.js';

/** The copy of users, and what keeps it up to date. Without `PeerDirectory`, it does nothing. */
@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, ErasedUser, Recipient)],
  providers: [RecipientChanges, RecipientCopy, RecipientRefresh],
  exports: [RecipientChanges, RecipientCopy, RecipientRefresh],
})
export class RecipientCopyModule {}
