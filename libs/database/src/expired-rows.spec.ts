import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from './database.js';
import { deleteExpiredRows } from './expired-rows.js';
import { useFixture } from '../../../test/support/fixture.js';
import { holdOrm } from '../../../test/support/orm.js';
import { useEmptyDatabase } from '../../../test/support/use-servers.js';

const ROWS = 12_000;

describe('deleteExpiredRows', () => {
  const server = useEmptyDatabase();
  const database = useFixture(async () => new Database('public', await holdOrm(server.url)));

  beforeAll(() =>
    database.run((em) => em.execute('create table leaf (id text primary key, expires_at timestamptz)')),
  );

  it('deletes all expired rows, however many, and nothing else', async () => {
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
