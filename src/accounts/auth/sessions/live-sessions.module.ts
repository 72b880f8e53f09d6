import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { AuditModule } from '../../audit/index.js';
import { accountsSchema } from '../../migrations/index.js';
import { LiveSessions } from '../../users/index.js';
import { SessionCache } from './session-cache.js';
import { SessionEnds } from './session-ends.js';
import { StoredSessions } from './stored-sessions.js';

/** Tells users which sessions still live, and ends sessions. Global, because users know no sessions. */
@Global()
@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature(accountsSchema),
    MessagingModule.forSchema(accountsSchema),
  ],
  providers: [SessionCache, SessionEnds, { provide: LiveSessions, useClass: StoredSessions }],
  exports: [LiveSessions, SessionCache, SessionEnds],
})
export class LiveSessionsModule {}
