import { randomBytes } from 'node:crypto';
import { Global, Logger, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { Registry } from 'prom-client';
import { ClockModule } from '#libs/clock';
import { CryptoModule, KeyRing } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import type { JobTable } from '#libs/jobs';
import { QueueModule } from '#libs/bull';
import { emptyDatabase, type TestDatabase } from './servers.js';

type Entities = NonNullable<Options['entities']>;

export interface BackgroundAppOptions {
  readonly jobs: JobTable;
  readonly redisUrl: string;
  /** Needed by modules that use PostgreSQL. */
  readonly database?: { readonly url: string; readonly entities: Entities };
  readonly imports?: ModuleMetadata['imports'];
  readonly providers?: ModuleMetadata['providers'];
}

/** A process without HTTP: queues, and a database if asked for, around the modules under test. */
export interface BackgroundApp {
  readonly database: Database;
  readonly orm: MikroORM;
  readonly registry: Registry;
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T) | symbol | string): T;
  close(): Promise<void>;
}

/** Starts the process, and rejects when it refuses to start. */
export async function startBackgroundApp(options: BackgroundAppOptions): Promise<BackgroundApp> {
  const testing = await Test.createTestingModule({
    imports: [
      ClockModule,
      RegistryModule,
      CryptoModule.forRootAsync({ useFactory: () => ({ encryptionKeys: KEYS, blindIndexKeys: KEYS }) }),
      ...databaseModules(options.database),
      QueueModule.forRootAsync({ jobs: options.jobs, useFactory: () => ({ redisUrl: options.redisUrl }) }),
      ...(options.imports ?? []),
    ],
    providers: options.providers ?? [],
  }).compile();
  // These tests provoke failures, whose log lines would only hide Jest's output.
  Logger.overrideLogger(false);
  try {
    await testing.init();
  } catch (error) {
    await testing.close();
    throw error;
  }
  return wrap(testing);
}

/** A database with only the tables of these entities. */
export async function databaseOf(entities: Entities): Promise<TestDatabase> {
  const database = await emptyDatabase();
  const orm = await MikroORM.init(config(database.url, entities));
  await orm.schema.create();
  await orm.close();
  return database;
}

/** Shared by all apps, so one can open what another sealed. */
const KEYS = new KeyRing([{ id: 'test', bytes: randomBytes(32) }]);

@Global()
@Module({ providers: [{ provide: Registry, useFactory: () => new Registry() }], exports: [Registry] })
class RegistryModule {}

function databaseModules(database: BackgroundAppOptions['database']) {
  return database
    ? [
        DatabaseModule.forRootAsync({
          useFactory: () => ({ orm: config(database.url, database.entities), migrateOnStart: false }),
        }),
      ]
    : [];
}

function config(url: string, entities: Entities): Options {
  return { clientUrl: url, entities, pool: { max: 5 } };
}

function wrap(testing: TestingModule): BackgroundApp {
  return {
    get database() {
      return testing.get(Database);
    },
    get orm() {
      return testing.get<MikroORM>(MikroORM);
    },
    get registry() {
      return testing.get<Registry>(Registry, { strict: false });
    },
    get: (token) => testing.get(token as never, { strict: false }),
    close: () => testing.close(),
  };
}
