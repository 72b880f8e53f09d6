import { Module } from '@nestjs/common';
import { ClockModule } from '#libs/clock';
import { CryptoModule, KeyRing } from '#libs/crypto';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { ManagementModule } from '#libs/management';
import { RedisModule } from '#libs/redis';
import { AppConfig } from '../../config/index.js';
import { HealthModule } from '../operations/health/index.js';
import { createOrmOptions } from './orm.js';

/** What every role stands on. Imported by each composition root, and there once even where a process runs them all. */
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
      useFactory: ({ database }: AppConfig) => ({
        orm: createOrmOptions(database.url, database.poolSize),
        migrateOnStart: database.migrateOnStart,
      }),
    }),
    RedisModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => ({ url: redis.url }),
    }),
    ManagementModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ host, management, publicUrl }: AppConfig) => ({ ...management, host, publicUrl }),
    }),
    IdempotencyModule,
    HealthModule,
  ],
})
export class PlatformModule {}
