import { describe, expect, it } from '@jest/globals';
import { useFixture } from '../../../test/support/fixture.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { holdOrm } from '../../../test/support/orm.js';
import { eventually } from '../../../test/support/servers.js';
import pLimit from 'p-limit';
import { inBackground } from '#libs/lifecycle';
import { Database, type Share } from './database.js';
import { careFor } from './pool-care.js';
import { PooledClient } from './pooled-client.js';
import { useOwnPostgres } from '../../../test/support/use-servers.js';

const POOL_SIZE = 2;
const QUERY_TIMEOUT_MS = 1_000;

describe('Database', () => {
  const server = useOwnPostgres();
  const database = useFixture(() => open(server.url));

  async function open(url: string, share?: Share): Promise<Database> {
    const orm = await holdOrm(url, {
      pool: { min: 0, max: POOL_SIZE },
      driverOptions: {
        connectionTimeoutMillis: 500,
        query_timeout: QUERY_TIMEOUT_MS,
        Client: PooledClient,
        onPoolCreated: careFor,
      },
    });
    return new Database('public', orm, share);
  }

  async function ping(one = database): Promise<void> {
    await one.run((em) => em.execute('select 1'));
  }

  it('rolls back a transaction that fails', async () => {
    await database.run((em) => em.execute('create table note (text text)'));
    const work = database.transaction(async (em) => {
      await em.execute(`insert into note values ('a')`);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await database.run((em) => em.execute('select * from note'))).toEqual([]);
  });

  it('throws "unavailable" when no connection is free in time', async () => {
    const gate = Promise.withResolvers<void>();
    let holding = 0;
    const holders = Array.from({ length: POOL_SIZE }, () =>
      database.transaction(async (em) => {
        await em.execute('select 1');
        holding += 1;
        await gate.promise;
      }),
    );
    try {
      await eventually(() => expect(holding).toBe(POOL_SIZE));
      await expect(ping()).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      gate.resolve();
    }
    await Promise.all(holders);
    await expect(ping()).resolves.toBeUndefined();
  });

  it('recovers all its connections after PostgreSQL terminated them during transactions', async () => {
    for (let round = 0; round < POOL_SIZE + 1; round += 1) {
      const cut = database.transaction(async (em) => {
        await em.execute('select pg_terminate_backend(pg_backend_pid())');
      });
      await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
    }
    await eventually(() =>
      Promise.all(
        Array.from({ length: POOL_SIZE }, () => database.transaction((em) => em.execute('select 1'))),
      ),
    );
  });

  it('throws "unavailable" while PostgreSQL is down and works again afterwards', async () => {
    await server.stop();
    await expect(ping()).rejects.toMatchObject({ code: 'unavailable' });
    await server.restart();
    await eventually(() => ping());
  });

  it('reuses no connection whose peer has vanished, nor the idle ones beside it', async () => {
    const proxy = await TcpProxy.start(server.url);
    const remote = await open(proxy.url);
    await Promise.all(
      Array.from({ length: POOL_SIZE }, () => remote.transaction((em) => em.execute('select 1'))),
    );
    expect(proxy.connections).toBe(POOL_SIZE);
    proxy.freezeOpen();
    await expect(ping(remote)).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all(Array.from({ length: POOL_SIZE }, () => ping(remote)));
  });

  it('cancels a statement that takes too long, so that none piles up behind a lock', async () => {
    await database.run((em) => em.execute('create table locked (id int)'));
    const locked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const holder = database.transaction(async (em) => {
      await em.execute('lock table locked');
      locked.resolve();
      await gate.promise;
    });
    await locked.promise;
    const waiting = database.run((em) => em.execute('select * from locked'));
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await eventually(async () => {
      const [row] = await database.run((em) =>
        em.execute<[{ count: number }]>(`select count(*)::int as count from pg_locks where not granted`),
      );
      expect(row.count).toBe(0);
    });
    gate.resolve();
    await holder;
  });

  it('leaves a server that has become read only', async () => {
    const pid = async (): Promise<number> => {
      const [row] = await database.run((em) =>
        em.execute<[{ pid: number }]>('select pg_backend_pid() as pid'),
      );
      return row.pid;
    };
    const before = await pid();
    const write = database.transaction(async (em) => {
      await em.execute('set transaction read only');
      await em.execute('create table never (id int)');
    });
    await expect(write).rejects.toMatchObject({ code: 'unavailable' });
    expect(await pid()).not.toBe(before);
  });

  it('repeats a transaction that PostgreSQL ended because of a deadlock', async () => {
    await database.run((em) => em.execute('create table account (id int primary key, balance int)'));
    await database.run((em) => em.execute('insert into account values (1, 0), (2, 0)'));
    const both = Promise.withResolvers<void>();
    let holding = 0;
    const add = (first: number, second: number): Promise<void> =>
      database.transaction(async (em) => {
        await em.execute(`set local deadlock_timeout = '50ms'`);
        await em.execute('update account set balance = balance + 1 where id = ?', [first]);
        holding += 1;
        if (holding === 2) {
          both.resolve();
        }
        await both.promise;
        await em.execute('update account set balance = balance + 1 where id = ?', [second]);
      });
    await Promise.all([add(1, 2), add(2, 1)]);
    expect(await database.run((em) => em.execute('select balance from account'))).toEqual([
      { balance: 2 },
      { balance: 2 },
    ]);
    expect(holding).toBeGreaterThan(2);
  });

  it('repeats a single statement that failed to serialize', async () => {
    await database.run((em) => em.execute('create sequence tries'));
    await database.run((em) =>
      em.execute(`create function contended() returns bigint language plpgsql as $$
        declare attempt bigint := nextval('tries');
        begin
          if attempt < 3 then raise exception 'busy' using errcode = 'serialization_failure'; end if;
          return attempt;
        end $$`),
    );
    expect(await database.run((em) => em.execute('select contended()::int as attempt'))).toEqual([
      { attempt: 3 },
    ]);
  });

  it.each([
    ['22P02', 'invalid-input'],
    ['22003', 'invalid-input'],
    ['23503', 'conflict'],
    ['23505', 'conflict'],
    ['23514', 'invalid-input'],
    ['25006', 'unavailable'],
    ['28P01', 'unavailable'],
    ['40001', 'unavailable'],
    ['40P01', 'unavailable'],
    ['42P01', 'unavailable'],
    ['42501', 'unavailable'],
    ['53300', 'unavailable'],
    ['54000', 'invalid-input'],
    ['55P03', 'unavailable'],
    ['57014', 'unavailable'],
    ['57P01', 'unavailable'],
    ['57P03', 'unavailable'],
    ['58030', 'unavailable'],
    ['XX000', 'unavailable'],
  ])('answers SQLSTATE %s with "%s"', async (state, code) => {
    const fail = `do $$ begin raise exception 'provoked' using errcode = '${state}'; end $$`;
    await expect(database.run((em) => em.execute(fail))).rejects.toMatchObject({ code });
    await expect(database.transaction((em) => em.execute(fail))).rejects.toMatchObject({ code });
  });

  it('reads times as UTC and in ISO format, whatever the database is set to', async () => {
    const [row] = await database.run((em) =>
      em.execute<[{ name: string }]>('select current_database() as name'),
    );
    await database.run((em) => em.execute(`alter database "${row.name}" set datestyle = 'German'`));
    await database.run((em) => em.execute(`alter database "${row.name}" set timezone = 'Asia/Tokyo'`));
    try {
      const fresh = await open(server.url);
      const [read] = await fresh.run((em) =>
        em.execute<[{ at: Date; text: string }]>(
          `select timestamptz '2026-12-01T10:00Z' as at, now()::text as text`,
        ),
      );
      expect(new Date(read.at).toISOString()).toBe('2026-12-01T10:00:00.000Z');
      expect(read.text).toMatch(/^\d{4}-.*\+00$/);
    } finally {
      await database.run((em) => em.execute(`alter database "${row.name}" reset all`));
    }
  });

  it('leaves connections to requests while jobs are stuck', async () => {
    const shared = await open(server.url, pLimit(POOL_SIZE - 1));
    const gate = Promise.withResolvers<void>();
    const jobs = Array.from({ length: 5 }, () =>
      inBackground(() =>
        shared.transaction(async (em) => {
          await em.execute('select 1');
          await gate.promise;
          // Nested work has its share already.
          await shared.run((nested) => nested.execute('select 1'));
        }),
      ),
    );
    for (let round = 0; round < 3; round += 1) {
      await ping(shared);
    }
    gate.resolve();
    await Promise.all(jobs);
  });
});
