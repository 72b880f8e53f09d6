import { Module } from '@nestjs/common';
import { ClockModule } from '#libs/clock';
import { CryptoModule, GivenKeys, KeyRing, type KeySource, TransitKeys } from '#libs/crypto';
import { DatabaseModule } from '#libs/database';
import { RedisModule } from '#libs/redis';
import { AppConfig } from '../../config/index.js';
import { databaseUrlOf, optionalSchemasOf } from './database-urls.js';

/** What everything that touches the data needs, whether or not it serves anything. */
@Module({
  imports: [
    ClockModule,
    CryptoModule.forRootAsync({
      inject: [AppConfig],
      useFactory: async ({ keys, keyService }: AppConfig) => {
        const source: KeySource = keyService ? new TransitKeys(keyService) : new GivenKeys();
        return {
          encryptionKeys: new KeyRing(await source.open(keys.encryption)),
          blindIndexKeys: new KeyRing(await source.open(keys.blindIndex)),
        };
      },
    }),
    DatabaseModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ database, role }: AppConfig) => ({
        ...database,
        urlOf: databaseUrlOf(database),
        optionalSchemas: optionalSchemasOf(role),
      }),
    }),
    RedisModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => ({ servers: redis }),
    }),
  ],
})
export class FoundationModule {}
