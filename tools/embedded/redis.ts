import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CannotStart, type EmbeddedServer, type Log } from './embedded-server.ts';
import { lastLines } from './last-lines.ts';
import { freePort } from './ports.ts';
import { outlivePredecessor } from './predecessor.ts';
import { randomSecret, readOrCreatePrivate } from './private-file.ts';
import { redisBinary } from './redis-binary.ts';
import { exitOf, spawnTied, stopChild } from './tied-child.ts';

export interface RedisOptions {
  /** The server stores everything in the subfolder `redis`. */
  readonly dataDir: string;
  /** False in tests: nothing is written to disk. */
  readonly durable: boolean;
  readonly log: Log;
  /** By default, any free port. */
  readonly port?: number;
  readonly databases?: number;
}

/** Starts Redis or Valkey on loopback. */
export async function startRedis(options: RedisOptions): Promise<EmbeddedServer> {
  const home = resolve(options.dataDir, 'redis');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const binary = await redisBinary(options.log);
  const password = readOrCreatePrivate(join(home, 'password'), randomSecret);
  // Redis does not lock its folder, and two servers would write to one append-only file.
  await outlivePredecessor(home, runningIn(home), 'SIGTERM');
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await launch({ binary, home, password, port, options });
    } catch (error) {
      const taken = error instanceof CannotStart && error.message.includes('Address already in use');
      if (!taken || options.port !== undefined || attempt === 3) {
        throw error;
      }
    }
  }
}

interface Launch {
  readonly binary: string;
  readonly home: string;
  readonly password: string;
  readonly port: number;
  readonly options: RedisOptions;
}

async function launch({ binary, home, password, port, options }: Launch): Promise<EmbeddedServer> {
  const logFile = join(home, 'server.log');
  const logFd = openSync(logFile, 'w', 0o600);
  const child = spawnTied({
    command: binary,
    args: ['-'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['pipe', logFd, logFd],
    deathSignal: 'SIGTERM',
    cwd: home,
  });
  closeSync(logFd);
  let gone = false;
  const exited = exitOf(child).then(() => void (gone = true));
  // Through stdin, since every user can read a process's arguments.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(configuration({ home, password, port, options }));
  while (!(await answers(port, password))) {
    if (gone) {
      throw new CannotStart(`Redis did not start:\n${lastLines(logFile)}`);
    }
    await delay(20);
  }
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    exited,
    stop: async () => {
      await stopChild(child, 'SIGTERM', 10_000);
      rmSync(join(home, 'server.pid'), { force: true });
    },
  };
}

/**
 * `everysec`, not `always`: every write reaches the kernel before its reply, so killing Redis loses nothing. A power cut
 * may lose a second of writes, which the outbox in PostgreSQL sends again. With `always`, every rate-limited request would
 * wait for the disk.
 */
function configuration({ home, password, port, options }: Omit<Launch, 'binary'>): string {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const durability = options.durable
    ? ['appendonly yes', 'appendfsync everysec', 'aof-load-truncated yes']
    : ['appendonly no'];
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `requirepass ${password}`,
    `dir ${quoted(home)}`,
    `pidfile ${quoted(join(home, 'server.pid'))}`,
    `databases ${options.databases ?? 16}`,
    ...durability,
    'save ""',
    // Losing jobs to make room would be worse than an error.
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
}

/** Whether it accepts commands, which it doesn't while loading its data. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let reply = '';
    const done = (ready: boolean): void => {
      socket.destroy();
      settle(ready);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
    socket.on('data', (chunk) => {
      reply += chunk.toString();
      const lines = reply.split('\r\n').filter(Boolean);
      if (lines.length >= 2 || lines[0]?.startsWith('-')) {
        done(lines[0] === '+OK' && lines[1] === '+PONG');
      }
    });
  });
}

function runningIn(home: string): number | undefined {
  try {
    return Number(readFileSync(join(home, 'server.pid'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
