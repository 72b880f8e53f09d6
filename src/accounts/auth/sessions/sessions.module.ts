import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { LiveSessionsModule } from './live-sessions.module.js';
import { RefreshService } from './refresh.service.js';
import { Session } from './session.entity.js';
import { SessionIssuer } from './session-issuer.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, Session),
    LiveSessionsModule,
    TokensModule,
    UsersModule,
  ],
  providers: [RefreshService, SessionIssuer, SessionsService],
  exports: [LiveSessionsModule, RefreshService, SessionIssuer, SessionsService],
})
export class SessionsModule {}
