import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnTied } from '#tools/embedded';
import { ApiClient } from './client.js';
import { eventually } from './eventually.js';
import { ownPort } from './own-port.js';
import { setting } from './setting.js';

export type AppRole = 'all' | 'api' | 'worker' | 'notifications';

/** All other variables have defaults for tests. */
export type AppEnvironment = { DATABASE_URL: string; REDIS_URL: string } & Record<string, string>;

export interface RunningApp {
  readonly url: string;
  readonly managementUrl: string;
  /** Calls it without credentials. */
  readonly api: ApiClient;
  readonly pid: number;
  /** Its environment, to start another process with the same one. */
  readonly env: Readonly<Record<string, string>>;
  readonly exited: Promise<AppExit>;
  /** Everything written to stdout and stderr so far. */
  logs(): string;
  /** Sends the signal. Waits for the exit if it's SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Sends SIGTERM and waits for the exit. */
  stop(): Promise<AppExit>;
}

export interface AppExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const READY_WITHIN_MS = 25_000;
const MAIN: Record<AppRole, string> = {
  all: 'main.js',
  api: 'main.api.js',
  worker: 'main.worker.js',
  notifications: 'main.notifications.js',
};

/** Starts the built application as a process and waits until it is ready. */
export async function spawnApp(role: AppRole, env: AppEnvironment): Promise<RunningApp> {
  const app = await launchApp(role, env);
  try {
    await becomesReady(role, app);
    return app;
  } catch (error) {
    await app.kill('SIGKILL');
    // Another program took the port after we found it free. No test is about that.
    if (app.logs().includes('EADDRINUSE') && env['PORT'] === undefined) {
      return spawnApp(role, env);
    }
    throw new Error(`${(error as Error).message}\n${app.logs()}`, { cause: error });
  }
}

async function becomesReady(role: AppRole, app: RunningApp): Promise<void> {
  let ended: AppExit | undefined;
  void app.exited.then((exit) => (ended = exit));
  await eventually(
    async () => {
      const status = ended ? 200 : await statusOf(`${app.managementUrl}/health/ready`);
      if (status !== 200) {
        throw new Error(`${role} is not ready: ${status}`);
      }
    },
    { timeoutMs: READY_WITHIN_MS },
  );
  if (ended) {
    throw new Error(`${role} ended with ${JSON.stringify(ended)} before it was ready`);
  }
}

export interface LaunchOptions {
  /** The file to run, if not that of the role. */
  readonly main?: string;
  /** The project whose build is started. */
  readonly cwd?: string;
  /** A command, with its arguments, that runs the one behind it. */
  readonly within?: readonly string[];
}

/** Starts a process without waiting, for tests of failing starts. */
export async function launchApp(
  role: AppRole,
  overrides: Record<string, string>,
  { cwd = process.cwd(), main = MAIN[role], within = [] }: LaunchOptions = {},
): Promise<RunningApp> {
  const env: Record<string, string> = {
    NODE_ENV: 'test',
    // Saves each process from compiling the same modules again.
    NODE_COMPILE_CACHE: setting('TEST_COMPILE_CACHE'),
    HOST: '127.0.0.1',
    PORT: String(await ownPort()),
    MANAGEMENT_PORT: String(await ownPort()),
    GRPC_PORT: String(await ownPort()),
    // Nothing listens there. Suites that want mail set their own.
    SMTP_URL: 'smtp://127.0.0.1:9',
    JWT_PRIVATE_KEYS: setting('TEST_JWT_PRIVATE_KEYS'),
    ENCRYPTION_KEYS: setting('TEST_ENCRYPTION_KEYS'),
    BLIND_INDEX_KEYS: setting('TEST_BLIND_INDEX_KEYS'),
    RATE_LIMIT_DEFAULT: 'off',
    RATE_LIMIT_AUTH: 'off',
    DRAIN_SECONDS: '0',
    ...overrides,
    ...(overrides['DATABASE_URL'] === undefined ? {} : { DATABASE_URL: pooled(overrides['DATABASE_URL']) }),
  };
  const [command, ...args] = [...within, process.execPath, '--enable-source-maps', join('dist', 'src', main)];
  const child = spawnTied({
    command: command ?? process.execPath,
    args,
    // Not our own environment, which has Jest's options and the developer's settings.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    deathSignal: 'SIGKILL',
    cwd,
  });
  const url = `http://127.0.0.1:${env['PORT']}`;
  return {
    url,
    api: new ApiClient(url),
    managementUrl: `http://127.0.0.1:${env['MANAGEMENT_PORT']}`,
    pid: child.pid ?? 0,
    env,
    ...control(child),
  };
}

/** With `BEHIND_PGBOUNCER`, applications reach the shared PostgreSQL through PgBouncer. */
function pooled(databaseUrl: string): string {
  const pooler = process.env['TEST_POOLER_URL'];
  if (pooler === undefined || !URL.canParse(databaseUrl)) {
    return databaseUrl;
  }
  const url = new URL(databaseUrl);
  if (url.host === new URL(setting('TEST_POSTGRES_URL')).host) {
    url.host = new URL(pooler).host;
  }
  return url.href;
}

/** Every response with status 500 is a bug. The run fails if there are any: see global-teardown.mjs. */
function reportInternalErrors(output: string): void {
  const lines = output.split('\n').filter((line) => line.includes('"status":500'));
  if (lines.length > 0) {
    appendFileSync(setting('TEST_INTERNAL_ERRORS'), `${lines.join('\n')}\n`);
  }
}

function control(child: ChildProcess): Pick<RunningApp, 'exited' | 'logs' | 'kill' | 'stop'> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.once('close', () => reportInternalErrors(output));
  // "close" comes after the last output, while "exit" may come before it.
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return {
    exited,
    logs: () => output,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      if (signal === 'SIGKILL') {
        await exited;
      }
    },
    stop: async () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

function statusOf(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error('no response within 2 s')));
    request.on('error', (error) => resolve(error.message));
  });
}
