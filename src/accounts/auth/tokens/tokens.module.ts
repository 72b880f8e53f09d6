import { Module } from '@nestjs/common';
import { AppConfig } from '../../../../config/index.js';
import { AccessTokenService } from './access-token.service.js';
import { RefreshTokenCodec } from './refresh-token.js';
import { TokenClaims } from './token-claims.js';
import { SigningKeys } from './signing-keys.js';

@Module({
  providers: [
    {
      provide: SigningKeys,
      inject: [AppConfig],
      useFactory: ({ keys }: AppConfig) => SigningKeys.load(keys.jwtPrivateKeys),
    },
    AccessTokenService,
    RefreshTokenCodec,
    TokenClaims,
  ],
  exports: [AccessTokenService, RefreshTokenCodec, SigningKeys, TokenClaims],
})
export class TokensModule {}
