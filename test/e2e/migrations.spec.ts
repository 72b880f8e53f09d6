import { describe, expect, it } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { Connections, loadedSchemas, Migrations } from '#libs/database';
import '../../src/processes/migrations.js';
import { hold } from '../support/fixture.js';
import type { TestDatabase } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useEmptyDatabase, useServers } from '../support/use-servers.js';

const { database: migrated } = useServers();
const empty = useEmptyDatabase();

/** What the migrations create that entities can't declare. */
const FUNCTIONS_AND_TRIGGERS = [
  'drop function if exists "accounts"."users_users_roles_added_fn"()',
  'drop function if exists "accounts"."users_users_roles_replaced_fn"()',
  'drop trigger if exists "users_roles_added" on "accounts"."users"',
  'drop trigger if exists "users_roles_replaced" on "accounts"."users"',
  'drop function if exists "accounts"."audit_events_audit_events_no_change_fn"()',
  'drop function if exists "accounts"."create_audit_default"()',
  'drop function if exists "accounts"."create_audit_partition"(timestamp with time zone)',
  'drop function if exists "accounts"."first_id_at"(timestamp with time zone)',
  'drop function if exists "accounts"."protect_audit_events"(text)',
  'drop trigger if exists "audit_events_no_change" on "accounts"."audit_events"',
];

describe('the migrations', () => {
  it('create exactly the schema of the entities', async () => {
    const entities = loadedSchemas().flatMap((schema) => schema.entities);
    const opening = MikroORM.init({
      clientUrl: migrated.url,
      entities,
      schemaGenerator: { ignoreSchema: ['public'] },
    });
    const orm = await hold(opening, (opened) => opened.close(true));
    const statements = (await orm.schema.getUpdateSchemaSQL({ wrap: false }))
      .trim()
      .split(/;\s*/)
      .filter(Boolean);
    // The lists of migrations are the only tables without an entity. The rest is in triggers.
    const lists = loadedSchemas().map(({ name }) => `drop table if exists "${name}"."migration" cascade`);
    expect(statements.sort()).toEqual([...lists, ...FUNCTIONS_AND_TRIGGERS].sort());
  });

  it('are all applied in a migrated database, and all pending in an empty one', async () => {
    expect(await pendingIn(migrated)).toEqual([]);
    expect(await pendingIn(empty)).toEqual(
      expect.arrayContaining(['accounts/Migration20261122000000', 'notifications/Migration20261122000000']),
    );
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

  it('keep services apart: no foreign key crosses schemas', async () => {
    const crossing = await query(
      migrated.url,
      `select conname from pg_constraint c
         join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid
        where t.relnamespace <> r.relnamespace`,
    );
    expect(crossing).toEqual([]);
  });
});

async function pendingIn(database: TestDatabase): Promise<string[]> {
  const connections = await Connections.open(loadedSchemas(), {
    urlOf: () => database.url,
    poolSize: 2,
    migrateOnStart: false,
  });
  try {
    return await new Migrations(connections).pending();
  } finally {
    await connections.close();
  }
}
