import { Module } from '@nestjs/common';
import { ClockModule } from '#libs/clock';
import { CryptoModule, KeyRing } from '#libs/crypto';
import { DatabaseModule } from '#libs/database';
import { ManagementModule } from '#libs/management';
import { RedisModule } from '#libs/redis';
import { AppConfig } from '../../config/index.js';
import { HealthModule } from '../operations/health/index.js';
import { databaseUrlOf } from './database-urls.js';

/**
 * The foundation of every role. Each composition root imports it; a process with several roles still has it only once.
 */
@Module({
  imports: [
    ClockModule,
    CryptoModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ keys }: AppConfig) => ({
        encryptionKeys: new KeyRing(keys.encryption),
        blindIndexKeys: new KeyRing(keys.blindIndex),
      }),
    }),
    DatabaseModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ database }: AppConfig) => ({ ...database, urlOf: databaseUrlOf(database) }),
    }),
    RedisModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => ({ url: redis.url }),
    }),
    ManagementModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ host, management, publicUrl }: AppConfig) => ({ ...management, host, publicUrl }),
    }),
    HealthModule,
  ],
})
export class PlatformModule {}
