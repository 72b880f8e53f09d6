import { describe, expect, it } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { createOrmOptions } from '../../src/processes/orm.js';
import type { TestDatabase } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useEmptyDatabase, useServers } from '../support/use-servers.js';

const { database: migrated } = useServers();
const empty = useEmptyDatabase();

describe('the migrations', () => {
  it('create exactly the schema of the entities', async () => {
    await withOrm(migrated, async (orm) => {
      const statements = (await orm.schema.getUpdateSchemaSQL({ wrap: false }))
        .trim()
        .split(/;\s*/)
        .filter(Boolean);
      // The list of migrations is the only table without an entity.
      expect(statements).toEqual(['drop table if exists "accounts"."migration" cascade']);
    });
  });

  it('are all applied, with none pending', async () => {
    await withOrm(migrated, async (orm) => {
      expect(await orm.migrator.getPending()).toEqual([]);
    });
    await withOrm(empty, async (orm) => {
      expect((await orm.migrator.getPending()).length).toBeGreaterThan(0);
    });
  });

  it('index every foreign key', async () => {
    const unindexed = await query(
      migrated.url,
      `select c.conrelid::regclass::text as table, a.attname as column
         from pg_constraint c
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f'
          and not exists (select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])`,
    );
    expect(unindexed).toEqual([]);
  });

  it('keep the two services apart: no foreign key crosses schemas', async () => {
    const crossing = await query(
      migrated.url,
      `select conname from pg_constraint c
         join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid
        where t.relnamespace <> r.relnamespace`,
    );
    expect(crossing).toEqual([]);
  });
});

async function withOrm(database: TestDatabase, work: (orm: MikroORM) => Promise<void>): Promise<void> {
  const orm = await MikroORM.init(createOrmOptions(database.url, 2));
  try {
    await work(orm);
  } finally {
    await orm.close(true);
  }
}
