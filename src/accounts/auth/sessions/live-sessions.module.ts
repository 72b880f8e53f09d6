import { Global, Module } from '@nestjs/common';
import { LiveSessions } from '../../users/index.js';
import { StoredSessions } from './stored-sessions.js';

/** Tells users which sessions still live. Global, because they know no sessions. */
@Global()
@Module({
  providers: [{ provide: LiveSessions, useClass: StoredSessions }],
  exports: [LiveSessions],
})
export class LiveSessionsModule {}
