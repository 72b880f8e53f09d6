import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

interface Loaded {
  readonly modules: number;
  readonly packages: readonly string[];
}

const QUEUES = ['bull', '@nestjs/bull', '@bull-board/api'];
/** Names devices, which happens as part of a request. */
const DEVICE_NAMES = 'bowser';
const HTTP_API = ['@nestjs/swagger', '@nestjs/platform-fastify', '@nestjs/throttler'];

describe('the first moment of a process', () => {
  it('loads nothing that delays it', async () => {
    expect((await loading('dist/src/processes/lifetime.js')).packages).toEqual(['own']);
  });
});

describe('the role', () => {
  it('api loads no queues', async () => {
    const { packages } = await loadedBy('api', 'serve');
    expect(packages).toEqual(expect.arrayContaining([...HTTP_API, DEVICE_NAMES]));
    expect(packages.filter((name) => QUEUES.includes(name))).toEqual([]);
  });

  it.each(['worker', 'notifications'])('%s loads nothing of the HTTP API', async (role) => {
    const { modules, packages } = await loadedBy(role, 'work');
    expect(packages).toEqual(expect.arrayContaining(['bull', '@nestjs/bull']));
    expect(packages.filter((name) => HTTP_API.includes(name))).toEqual([]);
    // The worker invites users whom it imports. Mails to users name devices.
    expect(packages.includes(DEVICE_NAMES)).toBe(role === 'worker');
    // With the HTTP API, they would load some 500 more. Most of the growth is our own files.
    expect(modules).toBeLessThan(2_900);
  });
});

/** What running this role would load. */
function loadedBy(role: string, runner: string): Promise<Loaded> {
  return loading(...[`${role}.module`, runner].map((name) => `dist/src/processes/${name}.js`));
}

async function loading(...files: readonly string[]): Promise<Loaded> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['test/support/loaded-packages.mjs', ...files],
    { env: { PATH: process.env['PATH'] } },
  );
  return JSON.parse(stdout) as Loaded;
}
