import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { AuditModule } from '../../audit/index.js';
import { accountsSchema } from '../../migrations/index.js';
import { LiveSessions } from '../../users/index.js';
import { SessionCache } from './session-cache.js';
import { StoredSessions } from './stored-sessions.js';

/** Tells users which sessions still live. Global, because they know no sessions. */
@Global()
@Module({
  imports: [AuditModule, DatabaseModule.forFeature(accountsSchema)],
  providers: [SessionCache, { provide: LiveSessions, useClass: StoredSessions }],
  exports: [LiveSessions, SessionCache],
})
export class LiveSessionsModule {}
