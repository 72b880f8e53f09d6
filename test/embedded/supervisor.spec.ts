import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort, isRunning } from '#tools/embedded';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { hold } from '../support/fixture.js';
import { useDataFolders } from './temporary-folder.js';

interface Supervised {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
}

// Many processes on real disks: much slower on a busy machine.
jest.setTimeout(90_000);

const folders = useDataFolders();

async function superviseFake(env: Record<string, string>): Promise<Supervised> {
  const spawned = spawn(process.execPath, [join('test', 'embedded', 'supervise-fake.mjs')], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(await freePort()),
      MANAGEMENT_PORT: String(await freePort()),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const child = await hold(spawned, (process) => process.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => output, exitCode };
}

async function ready(supervised: Supervised): Promise<void> {
  await eventually(() => expect(supervised.output()).toContain('Gatehouse is ready'), { timeoutMs: 40_000 });
}

function given({ output }: Supervised): Record<string, string> {
  return JSON.parse(/^given (.*)$/m.exec(output())?.[1] ?? '{}') as Record<string, string>;
}

function pidsIn(dataDir: string): number[] {
  const first = (path: string): number => Number.parseInt(readFileSync(join(dataDir, path), 'utf8'), 10);
  return [first('postgres/data/postmaster.pid'), first('redis/server.pid')];
}

describe('the supervisor of npm start', () => {
  it('starts all servers, prints the admin once, and stops everything on Ctrl-C', async () => {
    const dataDir = folders.create();
    const first = await superviseFake({ DATA_DIR: dataDir });
    await ready(first);
    const variables = given(first);
    expect(variables).toMatchObject({
      DATABASE_URL: expect.stringContaining('postgres://gatehouse:'),
      REDIS_URL: expect.stringContaining('redis://'),
      SMTP_URL: expect.stringContaining('smtp://127.0.0.1:'),
      DRAIN_SECONDS: '0',
      CORS_ORIGINS: expect.stringContaining('http://localhost:*'),
      ENCRYPTION_KEYS_FILE: expect.stringContaining(dataDir),
    });
    expect(first.output()).toContain(`Password       ${variables['ADMIN_PASSWORD']}`);
    const pids = pidsIn(dataDir);
    first.child.kill('SIGINT');
    first.child.kill('SIGINT'); // One Ctrl-C arrives from the terminal and from npm.
    expect(await first.exitCode).toBe(0);
    expect(first.output()).toContain('drained');
    expect(pids.filter(isRunning)).toEqual([]);

    const second = await superviseFake({ DATA_DIR: dataDir });
    await ready(second);
    expect(second.output()).not.toContain('Password');
    expect(given(second)['ADMIN_PASSWORD']).toBeUndefined();
    second.child.kill('SIGTERM');
    expect(await second.exitCode).toBe(0);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  it('refuses a data folder that is in use, with one clear message', async () => {
    const dataDir = folders.create();
    const first = await superviseFake({ DATA_DIR: dataDir });
    await ready(first);
    const second = await superviseFake({ DATA_DIR: dataDir });
    expect(await second.exitCode).toBe(1);
    expect(second.output().trim()).toBe(
      `Gatehouse is already running on ${dataDir} (process ${first.child.pid}). Stop it first, ` +
        'or set DATA_DIR, PORT and MANAGEMENT_PORT to run a second one.',
    );
    first.child.kill('SIGTERM');
    expect(await first.exitCode).toBe(0);
  });

  it('can be restarted right after a kill, and leaves no process behind', async () => {
    const dataDir = folders.create();
    const env = {
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      MANAGEMENT_PORT: String(await freePort()),
    };
    const first = await superviseFake(env);
    await ready(first);
    const before = pidsIn(dataDir);
    first.child.kill('SIGKILL');
    const second = await superviseFake(env);
    await ready(second);
    expect(before.filter(isRunning)).toEqual([]);
    second.child.kill('SIGTERM');
    expect(await second.exitCode).toBe(0);
  });

  it('ends the application of a killed predecessor, which may still be draining', async () => {
    const dataDir = folders.create();
    const first = await superviseFake({ DATA_DIR: dataDir, FAKE_LONG_DRAIN: '1' });
    await ready(first);
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'app.json'), 'utf8')) as { pid: number };
    await hold(pid, () => isRunning(pid) && process.kill(pid, 'SIGKILL'));
    first.child.kill('SIGKILL');
    await eventually(() => expect(first.output()).toContain('draining'));
    const second = await superviseFake({ DATA_DIR: dataDir });
    await ready(second);
    expect(isRunning(pid)).toBe(false);
    expect(first.output()).toContain('drained');
    second.child.kill('SIGTERM');
    expect(await second.exitCode).toBe(0);
  });

  it('prints credentials only once they work', async () => {
    const dataDir = folders.create();
    const failing = await superviseFake({ DATA_DIR: dataDir, FAKE_EXIT_CODE: '7' });
    expect(await failing.exitCode).toBe(7);
    expect(failing.output()).toContain('Gatehouse exited unexpectedly (exit code 7)');
    expect(failing.output()).not.toContain('Password');
    const second = await superviseFake({ DATA_DIR: dataDir });
    await ready(second);
    expect(second.output()).toContain(`Password       ${given(failing)['ADMIN_PASSWORD']}`);
    second.child.kill('SIGTERM');
    expect(await second.exitCode).toBe(0);
  });

  it('stops if one of its servers exits', async () => {
    const dataDir = folders.create();
    const supervised = await superviseFake({ DATA_DIR: dataDir });
    await ready(supervised);
    const [postgres = 0] = pidsIn(dataDir);
    process.kill(postgres, 'SIGKILL');
    expect(await supervised.exitCode).toBe(1);
    expect(supervised.output()).toContain('PostgreSQL exited unexpectedly');
    expect(supervised.output()).toContain('drained');
  });

  it('starts no server whose URL is set', async () => {
    const dataDir = join(folders.create(), 'data');
    const urls = {
      DATABASE_URL: 'postgres://db.example.com/x',
      REDIS_URL: 'redis://r.example.com',
      SMTP_URL: 'smtp://m',
    };
    const supervised = await superviseFake({ DATA_DIR: dataDir, ...urls });
    await ready(supervised);
    expect(given(supervised)).toEqual({ ...urls, DRAIN_SECONDS: '0', CORS_ORIGINS: expect.any(String) });
    expect(existsSync(dataDir)).toBe(false);
    supervised.child.kill('SIGTERM');
    expect(await supervised.exitCode).toBe(0);
  });

  it('reports a port that is in use before it starts anything', async () => {
    const dataDir = folders.create();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const supervised = await superviseFake({ DATA_DIR: dataDir, PORT: String(port) });
    expect(await supervised.exitCode).toBe(1);
    expect(supervised.output().trim()).toBe(
      `Port ${port} is in use by another program. Stop that program, or set PORT to another port.`,
    );
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    other.close();
  });
});
