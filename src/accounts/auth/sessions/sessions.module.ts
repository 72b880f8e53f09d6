import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { LiveSessionsModule } from './live-sessions.module.js';
import { RefreshService } from './refresh.service.js';
import { Session } from './session.entity.js';
import { SessionCache } from './session-cache.js';
import { SessionIssuer } from './session-issuer.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, Session),
    LiveSessionsModule,
    TokensModule,
    UsersModule,
  ],
  providers: [RefreshService, SessionCache, SessionIssuer, SessionsService],
  exports: [RefreshService, SessionCache, SessionIssuer, SessionsService],
})
export class SessionsModule {}
