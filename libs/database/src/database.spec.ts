import { describe, expect, it } from '@jest/globals';
import { useFixture } from '../../../test/support/fixture.js';
import { holdOrm } from '../../../test/support/orm.js';
import { eventually } from '../../../test/support/servers.js';
import { Database } from './database.js';
import { returnLostClients } from './pool-care.js';
import { useOwnPostgres } from '../../../test/support/use-servers.js';

const POOL_SIZE = 2;

describe('Database', () => {
  const server = useOwnPostgres();
  const database = useFixture(async () => {
    const orm = await holdOrm(server.url, {
      pool: { min: 0, max: POOL_SIZE },
      driverOptions: { connectionTimeoutMillis: 500 },
    });
    await returnLostClients(orm);
    return new Database('public', orm);
  });

  async function ping(): Promise<void> {
    await database.run((em) => em.execute('select 1'));
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
});
