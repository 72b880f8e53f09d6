import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureSecrets, freePort, startPostgres, startRedis } from '#tools/embedded';

const READY_TIMEOUT_MS = 30_000;
/** How long V8 compiles until a server reaches its full speed. */
export const WARM_UP_SECONDS = 8;

/** PostgreSQL and Redis with durable settings, as `npm start` runs them, and functions that start processes on them. */
export async function startEnvironment() {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const log = () => undefined;
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir, durable: true, log }),
    startRedis({ dataDir, durable: true, log }),
  ]);
  const secrets = ensureSecrets(dataDir);
  const children = new Set();
  return {
    /** For files of a measurement. Removed at the end. */
    dataDir,
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    secrets,
    seed,
    startApi: (overrides) => startRole('api', overrides),
    startRole,
    /** Starts a script of ours that prints its URL or results as one JSON line. */
    startScript: (name, ...args) => start(children, [join('test', 'bench', name), ...args], {}),
    async stop() {
      await Promise.all([...children].map(stop));
      await Promise.all([postgres.stop(), redis.stop()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };

  /** Fills the database with users by the command for that. */
  async function seed(users) {
    const child = spawn(process.execPath, ['dist/src/seed.js', '--users', String(users)], {
      env: { PATH: process.env.PATH, ...serverSettings() },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) {
      throw new Error('the database could not be filled');
    }
  }

  function serverSettings() {
    return {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      JWT_PRIVATE_KEYS_FILE: secrets.jwtPrivateKeysFile,
      ENCRYPTION_KEYS_FILE: secrets.encryptionKeysFile,
      BLIND_INDEX_KEYS_FILE: secrets.blindIndexKeysFile,
    };
  }

  /** @returns the running process, ready for its work, and how long that took in milliseconds */
  async function startRole(role, overrides = {}) {
    const port = overrides.PORT ?? (await freePort());
    const managementPort = overrides.MANAGEMENT_PORT ?? (await freePort());
    const startedAt = performance.now();
    const child = start(children, [`dist/src/main${role === 'all' ? '' : `.${role}`}.js`], {
      ...serverSettings(),
      PORT: String(port),
      MANAGEMENT_PORT: String(managementPort),
      GRPC_PORT: '0',
      DRAIN_SECONDS: '0',
      NODE_ENV: 'production',
      // The same for every process, since it is the issuer of the tokens they accept from each other.
      PUBLIC_URL: 'http://localhost:3000',
      // Nobody sends mail here, but a process that could must know a server.
      SMTP_URL: 'smtp://127.0.0.1:25',
      ...overrides,
    });
    await ready(`http://127.0.0.1:${managementPort}/health/ready`, child);
    return {
      url: `http://127.0.0.1:${port}`,
      managementUrl: `http://127.0.0.1:${managementPort}`,
      pid: child.pid,
      readyMs: performance.now() - startedAt,
      stop: () => stop(child),
    };
  }
}

function start(children, args, env) {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  if (args[0]?.startsWith('dist')) {
    // As in a container, the log goes into a pipe that another process reads.
    spawn('cat', [], { stdio: [child.stdout, 'ignore', 'inherit'] });
  }
  return child;
}

async function stop(child) {
  if (child.exitCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
}

async function ready(url, child) {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    await delay(5);
  }
  throw new Error(`${url} did not become ready`);
}

/** The next line a child prints, as JSON. */
export async function nextLine(child) {
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) {
      return JSON.parse(text.slice(0, end));
    }
  }
  throw new Error('the process ended without a word');
}

/** Registers accounts, several at a time. @returns their sessions */
export async function register(url, count, password = 'seven brave otters', name = 'bench') {
  const sessions = [];
  const one = async (i) => {
    const answer = await fetch(`${url}/v1/auth/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: `${name}-${i}@acme.com`, password, displayName: `Bench ${i}` }),
    });
    if (answer.status !== 201) {
      throw new Error(`registering answered ${answer.status}: ${await answer.text()}`);
    }
    sessions[i] = await answer.json();
  };
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < count) {
        await one(next++);
      }
    }),
  );
  return sessions;
}
