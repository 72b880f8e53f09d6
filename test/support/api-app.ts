import type { AddressInfo } from 'node:net';
import { type ClassProvider, VersioningType } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Clock } from '#libs/clock';
import { createFastifyAdapter, setUpHttp } from '#libs/api';
import { createLoggers } from '#libs/telemetry';
import { parseEnvironment } from '../../config/index.js';
import { ApiModule } from '../../src/processes/api.module.js';
import { ProcessModule } from '../../src/processes/run.js';
import { ApiClient } from './client.js';
import { hold, useFixture } from './fixture.js';
import { setting } from './setting.js';
import { signInAdmin } from './use-app.js';
import { type GivenServers, holdServers, type Servers, type Settings } from './use-servers.js';

/** Stands still until the test advances it. */
export class TestClock extends Clock {
  private instant = Date.now();

  override now(): Date {
    return new Date(this.instant);
  }

  advance({ hours = 0, minutes = 0, seconds = 0, ms = 0 }): void {
    this.instant += ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
  }
}

export interface ApiApp {
  readonly app: NestFastifyApplication;
  readonly api: ApiClient;
  readonly clock: TestClock;
  close(): Promise<void>;
}

/** The role `api` in Jest's own process and the servers that it runs on. */
export interface UsedApiApp extends ApiApp, Omit<Servers, 'start' | 'launch'> {
  /** Signed in as the admin whom the settings name. */
  readonly admin: ApiClient;
}

/**
 * Runs the role `api` in Jest's own process for the suite, under a clock that the test moves.
 * @param settings a function when they depend on another fixture
 * @param replaced providers that the application gets instead of its own
 */
export function useApiApp(
  settings: Settings | (() => Settings) = {},
  given: GivenServers = {},
  replaced: readonly ClassProvider[] = [],
): UsedApiApp {
  return useFixture(async () => {
    const { database, redis, redisUrl, sink } = await holdServers(given);
    const known = typeof settings === 'function' ? settings() : settings;
    const environment = { ...known, DATABASE_URL: database.url, REDIS_URL: redisUrl };
    const running = await hold(startApiApp(environment, replaced), (app) => app.close());
    const admin = await signInAdmin(running.api, known);
    return {
      ...running,
      database,
      redis,
      redisUrl,
      sink,
      get admin() {
        return admin();
      },
    };
  });
}

/** For fixtures of their own. Close it at the end. */
export async function startApiApp(
  overrides: { DATABASE_URL: string; REDIS_URL: string } & Record<string, string>,
  replaced: readonly ClassProvider[] = [],
  clock = new TestClock(),
): Promise<ApiApp> {
  const env = {
    PORT: '0',
    MANAGEMENT_PORT: '0',
    JWT_PRIVATE_KEYS: setting('TEST_JWT_PRIVATE_KEYS'),
    ENCRYPTION_KEYS: setting('TEST_ENCRYPTION_KEYS'),
    BLIND_INDEX_KEYS: setting('TEST_BLIND_INDEX_KEYS'),
    RATE_LIMIT_DEFAULT: 'off',
    RATE_LIMIT_AUTH: 'off',
    DRAIN_SECONDS: '0',
    ...overrides,
  };
  const config = parseEnvironment(env, 'api');
  const loggers = createLoggers({ level: 'silent', role: 'api', pretty: false });
  const builder = Test.createTestingModule({
    imports: [ProcessModule.forRoles([ApiModule], config, loggers)],
  });
  builder.overrideProvider(Clock).useValue(clock);
  for (const { provide, useClass } of replaced) {
    builder.overrideProvider(provide).useClass(useClass);
  }
  const testing = await builder.compile();
  const app = testing.createNestApplication<NestFastifyApplication>(createFastifyAdapter(config), {
    bodyParser: false,
    logger: false,
  });
  app.enableVersioning({ type: VersioningType.URI });
  setUpHttp(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, clock, api: new ApiClient(`http://127.0.0.1:${port}`), close: () => app.close() };
}
