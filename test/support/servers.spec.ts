import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { hold, useFixture } from './fixture.js';
import {
  createDatabase,
  emptyDatabase,
  ownPostgres,
  ownRedis,
  redisUrl,
  type TestDatabase,
} from './servers.js';

const made = useFixture(() => Promise.all(Array.from({ length: 6 }, () => hold(createDatabase(), drop))));

function drop(database: TestDatabase): Promise<void> {
  return database.drop();
}

async function count(url: string, sql: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows.length;
  } finally {
    await client.end();
  }
}

describe('the test servers', () => {
  it('provide a separate database per suite, even concurrently', async () => {
    expect(new Set(made.map(({ url }) => url)).size).toBe(6);
    const [one, two] = [...made] as [TestDatabase, TestDatabase];
    await count(one.url, 'CREATE TABLE mine ()');
    const tables = `SELECT FROM pg_tables WHERE tablename = 'mine'`;
    expect([await count(one.url, tables), await count(two.url, tables)]).toEqual([1, 0]);
  });

  it('drop a database that still has connections', async () => {
    const database = await emptyDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await database.drop();
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(count(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  });

  it('provide an empty Redis database per suite', async () => {
    const [one, two] = await Promise.all([redisUrl(), redisUrl()]);
    expect(one).not.toBe(two);
    const clients = [new Redis(one), new Redis(two)] as const;
    await clients[0].set('key', 'one');
    expect(await clients[1].dbsize()).toBe(0);
    clients.forEach((client) => client.disconnect());
  });

  it.each([
    ['Redis', ownRedis],
    ['PostgreSQL', ownPostgres],
  ])('restart %s on the same URL', async (_, start) => {
    const server = await hold(start(), (started) => started.dispose());
    const { url, pid, exited } = server;
    process.kill(pid, 'SIGKILL');
    await exited;
    await server.restart();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
  });
});
