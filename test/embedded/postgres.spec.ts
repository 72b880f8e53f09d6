import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, startPostgres } from '#tools/embedded';
import { describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { useDataFolders } from './temporary-folder.js';

const log = (): void => undefined;
const asRoot = process.getuid?.() === 0 ? it : it.skip;

// Many processes on real disks: much slower on a busy machine.
jest.setTimeout(90_000);

const folders = useDataFolders();

async function query<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', () => {
  it('keeps its data after a stop and after a kill, and starts again each time', async () => {
    const dataDir = folders.create();
    const first = await startPostgres({ dataDir, durable: true, log });
    await query(first.url, 'CREATE TABLE kept (line text)');
    await query(first.url, `INSERT INTO kept VALUES ('before the stop')`);
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);

    const second = await startPostgres({ dataDir, durable: true, log });
    await query(second.url, `INSERT INTO kept VALUES ('before the kill')`);
    process.kill(second.pid, 'SIGKILL');
    await second.exited;

    const third = await startPostgres({ dataDir, durable: true, log });
    expect(await query(third.url, 'SELECT line FROM kept ORDER BY line')).toEqual([
      { line: 'before the kill' },
      { line: 'before the stop' },
    ]);
    await third.stop();
  });

  it('requires the password, and listens on loopback only', async () => {
    const dataDir = folders.create();
    const server = await startPostgres({ dataDir, durable: false, log });
    const wrong = new URL(server.url);
    wrong.password = 'guessed';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server.url, 'SHOW unix_socket_directories')).toEqual([
      { unix_socket_directories: '' },
    ]);
    expect(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777).toBe(0o600);
    await server.stop();
  });

  it('ignores what a killed initdb left behind', async () => {
    const dataDir = folders.create();
    const leftover = join(dataDir, 'postgres', 'draft-0000');
    mkdirSync(leftover, { recursive: true });
    chmodSync(join(dataDir, 'postgres'), 0o711);
    const server = await startPostgres({ dataDir, durable: false, log });
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(leftover)).toBe(false);
    expect(readdirSync(join(dataDir, 'postgres')).sort()).toEqual(['data', 'password', 'server.log']);
    await server.stop();
  });

  it('replaces a server that is still running on the folder', async () => {
    const dataDir = folders.create();
    const first = await startPostgres({ dataDir, durable: false, log });
    const second = await startPostgres({ dataDir, durable: false, log });
    expect(isRunning(first.pid)).toBe(false);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  asRoot('runs as another user in a folder that only root can enter', async () => {
    const closed = folders.create();
    chmodSync(closed, 0o700);
    const dataDir = join(closed, 'project with space', 'data');
    const server = await startPostgres({ dataDir, durable: false, log });
    expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
    await server.stop();
    const again = await startPostgres({ dataDir, durable: false, log });
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await again.stop();
  });
});
