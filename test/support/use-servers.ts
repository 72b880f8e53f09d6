import { beforeEach } from '@jest/globals';
import { hold, useFixture } from './fixture.js';
import {
  type AppEnvironment,
  type AppRole,
  createDatabase,
  emptyDatabase,
  launchApp,
  type OwnServer,
  ownPostgres,
  ownRedis,
  redisUrl,
  type RunningApp,
  type SinkOptions,
  type SmtpSink,
  spawnApp,
  startSmtpSink,
  type TestDatabase,
} from './servers.js';

type Per = 'suite' | 'test';
/** Environment variables on top of those that every test process has. */
export type Settings = Readonly<Record<string, string>>;

/** The servers that an application needs. Each member is made for the suite unless it is given. */
export interface GivenServers {
  readonly database?: TestDatabase;
  readonly redis?: { readonly url: string };
  readonly sink?: SmtpSink;
}

export interface Servers extends Required<GivenServers> {
  readonly redisUrl: string;
  /** Starts a process on these servers and waits until it is ready. It is killed after the test, or after the suite. */
  start(role: AppRole, settings?: Settings): Promise<StartedApp>;
  /** Starts a process without waiting for anything. It is killed like one of `start`. */
  launch(role: AppRole, settings?: Settings): Promise<RunningApp>;
}

export interface StartedApp extends RunningApp {
  /**
   * Kills the process if it still runs, and replaces it with another one at another address, with the same settings
   * except for `settings`.
   */
  restart(settings?: Settings): Promise<void>;
}

/** A migrated database, a Redis database and an SMTP sink. */
export function useServers(
  given: GivenServers = {},
  { per = 'suite' }: { readonly per?: Per } = {},
): Servers {
  return useFixture(() => holdServers(given), { per });
}

/** A database without any tables. @param options of `CREATE DATABASE` */
export function useEmptyDatabase(options?: string): TestDatabase {
  return useFixture(() => hold(emptyDatabase(options), dropDatabase));
}

/** A Redis server of the suite's own, to be emptied, frozen and killed. */
export function useOwnRedis({ per = 'suite' }: { readonly per?: Per } = {}): OwnServer {
  return useFixture(() => hold(ownRedis(), dispose), { per });
}

/** A PostgreSQL server of the suite's own, to be frozen and killed. */
export function useOwnPostgres(): OwnServer {
  return useFixture(() => hold(ownPostgres(), dispose));
}

/** An SMTP sink that is empty and accepts mail at the beginning of each test. */
export function useSmtpSink(options: SinkOptions = {}): SmtpSink {
  const sink = useFixture(() => hold(startSmtpSink(options), stop));
  beforeEach(() => {
    sink.behave('accept');
    sink.clear();
  });
  return sink;
}

/** For fixtures that run on these servers. */
export async function holdServers(given: GivenServers): Promise<Servers> {
  const [database, redis, sink] = await Promise.all([
    given.database ?? hold(createDatabase(), dropDatabase),
    given.redis ?? redisUrl().then((url) => ({ url })),
    given.sink ?? hold(startSmtpSink(), stop),
  ]);
  const environment = (settings: Settings) => ({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    SMTP_URL: sink.url,
    ...settings,
  });
  return {
    database,
    redis,
    sink,
    redisUrl: redis.url,
    start: (role, settings = {}) => hold(restartable(role, environment(settings)), kill),
    launch: (role, settings = {}) => hold(launchApp(role, environment(settings)), kill),
  };
}

async function restartable(role: AppRole, environment: AppEnvironment): Promise<StartedApp> {
  const app: StartedApp = {
    ...(await spawnApp(role, environment)),
    restart: async (settings = {}) => {
      await app.kill();
      Object.assign(app, await spawnApp(role, { ...environment, ...settings }));
    },
  };
  return app;
}

function dropDatabase(database: TestDatabase): Promise<void> {
  return database.drop();
}

function dispose(server: OwnServer): Promise<void> {
  return server.dispose();
}

function stop(sink: SmtpSink): Promise<void> {
  return sink.stop();
}

function kill(app: RunningApp): Promise<void> {
  return app.kill();
}
