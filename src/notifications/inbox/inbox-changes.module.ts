import { Module } from '@nestjs/common';
import { InboxChanges } from './inbox-changes.js';

/** For whatever changes inboxes, or wants to know of it. */
@Module({ providers: [InboxChanges], exports: [InboxChanges] })
export class InboxChangesModule {}
