import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  BlindIndex,
  defineSealedColumn,
  KeyRing,
  KeyRings,
  MacFactory,
  SealBrokenError,
  Sealer,
} from '#libs/crypto';
import { Database } from '#libs/database';
import { useFixture } from '../../../test/support/fixture.js';
import { holdOrm } from '../../../test/support/orm.js';
import { openTransaction, query } from '../../../test/support/stored.js';
import { useEmptyDatabase } from '../../../test/support/use-servers.js';
import { ColumnRows } from './column-rows.js';
import { Renewal } from './renewal.js';

const column = defineSealedColumn('public.people.name_sealed', {
  primaryKey: { id: 'uuid', part: 'text' },
  also: ['owner'],
  context: ({ owner = '' }) => `of:${owner}`,
  indexes: { name_index: { domain: 'name', of: (name) => name.toLowerCase() } },
  hashes: { name_hash: { purpose: 'name', of: (name) => name } },
});
const [oldKey, newKey] = ['old', 'new'].map((id) => ({ id, bytes: randomBytes(32) }));
const before = using(oldKey);
const after = using(newKey, oldKey);

function using(...keys: (typeof oldKey)[]) {
  const ring = new KeyRing(keys.flatMap((key) => key ?? []));
  const [sealer, index, macs] = [new Sealer(ring), new BlindIndex(ring), new MacFactory(ring)];
  return { sealer, index, macs, renewal: new Renewal(new KeyRings(ring, ring), sealer, index, macs) };
}

describe('the rows of a sealed column', () => {
  const server = useEmptyDatabase();
  const database = useFixture(async () => new Database('public', await holdOrm(server.url)));
  const rows = new ColumnRows(column);
  const read = (from: readonly string[] | null = null, limit = 10) =>
    database.run((em) => rows.read(em, from, limit));
  const renewed = async () => (await read()).flatMap((row) => after.renewal.renew(column, row) ?? []);
  const replace = (renewals: Awaited<ReturnType<typeof renewed>>) =>
    database.transaction((em) => rows.replace(em, renewals));

  beforeEach(async () => {
    await query(
      server.url,
      `drop table if exists people;
       create table people (id uuid, part text, owner text, name_sealed text, name_index text, name_hash text,
         version int default 1, primary key (id, part))`,
    );
    for (const name of ['Ada', 'Grace', 'Hedy']) {
      await insert(name);
    }
    await query(server.url, `insert into people (id, part) values ($1, 'without a name')`, [randomUUID()]);
  });

  function insert(name: string): Promise<unknown> {
    const { sealer, index, macs } = before;
    return query(
      server.url,
      `insert into people (id, part, owner, name_sealed, name_index, name_hash) values ($1, $2, $3, $4, $5, $6)`,
      [
        randomUUID(),
        name,
        name,
        sealer.seal(name, `of:${name}`),
        index.compute(name.toLowerCase(), 'name'),
        macs.for('name').sign(name),
      ],
    );
  }

  it('are read in the order of the primary key, a few at a time', async () => {
    const all = await read();
    const [first, second, third] = all;
    expect(all).toHaveLength(3);
    expect(await read(first && rows.keyOf(first), 1)).toEqual([second]);
    expect(await read(second && rows.keyOf(second))).toEqual([third]);
  });

  it('are sealed, indexed and hashed with the first key, once, and nothing else changes', async () => {
    expect(await replace(await renewed())).toBe(3);
    for (const { identity, sealed, derived } of await read()) {
      const name = identity['part'] ?? '';
      expect(sealed).toMatch(/^v1\.new\./);
      expect(after.sealer.open(sealed, `of:${name}`)).toBe(name);
      expect(derived).toEqual({
        name_index: after.index.compute(name.toLowerCase(), 'name'),
        name_hash: after.macs.for('name').sign(name),
      });
    }
    expect(await query(server.url, 'select distinct version from people')).toEqual([{ version: 1 }]);
    expect(await renewed()).toEqual([]);
  });

  it('stay as they are if someone has changed or deleted them in between', async () => {
    const renewals = await renewed();
    const sealed = after.sealer.seal('Augusta', 'of:Ada');
    await query(server.url, `update people set name_sealed = $1 where part = 'Ada'`, [sealed]);
    await query(server.url, `delete from people where part = 'Grace'`);
    expect(await replace(renewals)).toBe(1);
    const [ada] = (await read()).filter(({ identity }) => identity['part'] === 'Ada');
    expect(ada?.sealed).toBe(sealed);
  });

  it('are left out if someone has locked them, without waiting', async () => {
    const other = await openTransaction(server.url);
    await other.query(`select from people where part = 'Ada' for update`);
    expect(await replace(await renewed())).toBe(2);
    await other.query('commit');
    expect((await renewed()).map(({ identity }) => identity['part'])).toEqual(['Ada']);
  });

  it('only get another index if they are sealed with the first key already', async () => {
    const sealed = after.sealer.seal('Ada', 'of:Ada');
    await query(server.url, `update people set name_sealed = $1 where part = 'Ada'`, [sealed]);
    const ada = (await renewed()).find(({ identity }) => identity['part'] === 'Ada');
    expect(ada).toMatchObject({ sealed, derived: { name_index: after.index.compute('ada', 'name') } });
  });

  it('fail if they belong to another row', async () => {
    await query(server.url, `update people set owner = 'Eve' where part = 'Ada'`);
    await expect(renewed()).rejects.toThrow(SealBrokenError);
  });
});
