import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { emptyDatabase } from '../../../test/support/servers.js';
import { Database } from './database.js';
import { deleteExpiredRows } from './expired-rows.js';

const ROWS = 12_000;

describe('deleteExpiredRows', () => {
  let server: Awaited<ReturnType<typeof emptyDatabase>>;
  let orm: MikroORM;
  let database: Database;

  beforeAll(async () => {
    server = await emptyDatabase();
    orm = await MikroORM.init({
      clientUrl: server.url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
      logger: () => undefined,
    });
    database = new Database('public', orm);
    await database.run((em) => em.execute('create table leaf (id text primary key, expires_at timestamptz)'));
  });

  afterAll(async () => {
    await orm.close();
    await server.drop();
  });

  it('deletes all that has expired, however many, and nothing else', async () => {
    const now = new Date();
    const insert = (count: number, expiresAt: Date) =>
      database.run((em) =>
        em.execute(
          `insert into leaf (id, expires_at)
           select ? || i, ? from generate_series(1, ?) i`,
          [randomUUID(), expiresAt, count],
        ),
      );
    await insert(ROWS, new Date(now.getTime() - 1));
    await insert(3, new Date(now.getTime() + 1000));
    expect(await deleteExpiredRows(database, new AbortController().signal, 'leaf', now)).toBe(ROWS);
    expect(await database.run((em) => em.execute('select id from leaf'))).toHaveLength(3);
  });
});
