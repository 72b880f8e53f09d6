import { randomBytes } from 'node:crypto';
import { Global, Logger, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { MikroORM } from '@mikro-orm/postgresql';
import { Registry } from 'prom-client';
import { Clock, ClockModule } from '#libs/clock';
import { CryptoModule, KeyRing } from '#libs/crypto';
import { Connections, type Database, DatabaseModule, type Schema } from '#libs/database';
import { JOBS, QueueModule } from '#libs/bull';
import type { Job } from '#libs/jobs';
import { parseRedisUrl } from '../../config/redis-url.js';
import { emptyDatabase, type TestDatabase } from './servers.js';

export interface BackgroundAppOptions {
  /** As in `REDIS_URL`. */
  readonly redisUrl: string;
  /** The jobs that the process knows, if not all that are declared. */
  readonly jobs?: readonly Job[];
  /** If not the machine's. */
  readonly clock?: Clock;
  /** Needed by modules that use PostgreSQL. */
  readonly database?: { readonly url: string; readonly schema: Schema };
  readonly imports?: ModuleMetadata['imports'];
  readonly providers?: ModuleMetadata['providers'];
}

/** A process without HTTP: queues, and a database if asked for, around the modules under test. */
export interface BackgroundApp {
  readonly database: Database;
  readonly registry: Registry;
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T) | symbol | string): T;
  close(): Promise<void>;
}

/** Starts the process, and rejects when it refuses to start. */
export async function startBackgroundApp(options: BackgroundAppOptions): Promise<BackgroundApp> {
  const { database } = options;
  const builder = Test.createTestingModule({
    imports: [
      ClockModule,
      RegistryModule,
      CryptoModule.forRootAsync({ useFactory: () => ({ encryptionKeys: KEYS, blindIndexKeys: KEYS }) }),
      ...(database ? [DatabaseModule.forRoot({ ...SETTINGS, urlOf: () => database.url })] : []),
      QueueModule.forRoot({ redis: parseRedisUrl(options.redisUrl) }),
      ...(options.imports ?? []),
    ],
    providers: options.providers ?? [],
  });
  if (options.jobs) {
    builder.overrideProvider(JOBS).useValue(options.jobs);
  }
  if (options.clock) {
    builder.overrideProvider(Clock).useValue(options.clock);
  }
  const testing = await builder.compile();
  // These tests provoke failures, whose log lines would only hide Jest's output.
  Logger.overrideLogger(false);
  try {
    await testing.init();
  } catch (error) {
    await testing.close();
    throw error;
  }
  return wrap(testing, database?.schema);
}

/** A database with only the tables of these schemas' entities. */
export async function databaseOf(...schemas: readonly Schema[]): Promise<TestDatabase> {
  const database = await emptyDatabase();
  const entities = schemas.flatMap((schema) => schema.entities);
  const orm = await MikroORM.init({ clientUrl: database.url, entities });
  await orm.schema.create();
  await orm.close();
  return database;
}

const SETTINGS = { poolSize: 5, migrateOnStart: false };

/** Shared by all apps, so one can open what another sealed. */
const KEYS = new KeyRing([{ id: 'test', bytes: randomBytes(32) }]);

@Global()
@Module({ providers: [{ provide: Registry, useFactory: () => new Registry() }], exports: [Registry] })
class RegistryModule {}

function wrap(testing: TestingModule, schema: Schema | undefined): BackgroundApp {
  return {
    get database() {
      return testing.get(Connections).database(schema?.name ?? '');
    },
    get registry() {
      return testing.get<Registry>(Registry, { strict: false });
    },
    get: (token) => testing.get(token as never, { strict: false }),
    close: () => testing.close(),
  };
}
