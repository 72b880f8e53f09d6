import { describe, expect, it } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import pg from 'pg';
import { hold } from '../../../test/support/fixture.js';
import { eventually, type TestDatabase } from '../../../test/support/servers.js';
import { query } from '../../../test/support/stored.js';
import { useEmptyDatabase, useOwnPostgres } from '../../../test/support/use-servers.js';
import { migrate } from './migrate.js';
import { Schema } from './schema.js';

class Migration20261201000000 extends Migration {
  override up(): void {
    this.addSql('create table shop.things (id int primary key)');
  }
}

const shop = new Schema('shop', [Migration20261201000000]);
const database = useEmptyDatabase();
const server = useOwnPostgres();

function silently(waitMs?: number): { report: (text: string) => void; waitMs?: number } {
  return { report: () => undefined, ...(waitMs === undefined ? {} : { waitMs }) };
}

async function connect({ url }: Pick<TestDatabase, 'url'>): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return hold(Promise.resolve(client), (held) => held.end());
}

function as(role: string, name: string): string {
  const url = new URL(server.url);
  url.username = role;
  url.password = role;
  url.pathname = `/${name}`;
  return url.href;
}

describe('migrate', () => {
  it('applies each migration once, also by processes that start together', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrate(database.url, shop, silently())));
    expect(applied.flat()).toEqual(['shop/Migration20261201000000']);
    expect(await migrate(database.url, shop, silently())).toEqual([]);
  });

  it('says what it waits for, and goes on when the other process is done', async () => {
    await query(database.url, 'drop schema shop cascade');
    const other = await connect(database);
    await other.query('select pg_advisory_lock($1)', [0x6761_7465]);
    const reports: string[] = [];
    const migrating = migrate(database.url, shop, { report: (text) => reports.push(text) });
    await eventually(() =>
      expect(reports).toEqual(['waiting until another process has applied its migrations']),
    );
    await other.query('select pg_advisory_unlock_all()');
    expect(await migrating).toEqual(['shop/Migration20261201000000']);
  });

  it('gives up after a while, and says how to find who holds the lock', async () => {
    await query(database.url, 'drop schema shop cascade');
    const other = await connect(database);
    await other.query('select pg_advisory_lock($1)', [0x6761_7465]);
    await expect(migrate(database.url, shop, silently(100))).rejects.toThrow(
      /held the lock for migrations.*pg_locks.*objid = 1734440037/,
    );
  });

  it('waits for nobody when there is nothing to do', async () => {
    await query(database.url, 'drop schema if exists shop cascade');
    await migrate(database.url, shop, silently());
    const other = await connect(database);
    await other.query('select pg_advisory_lock($1)', [0x6761_7465]);
    expect(await migrate(database.url, shop, silently(0))).toEqual([]);
  });

  it('needs no right to create schemas in a database that has them', async () => {
    const admin = await connect(server);
    await admin.query(`create role tenant login password 'tenant'`);
    await admin.query('create database tenancy template template0');
    const inside = await connect({ url: Object.assign(new URL(server.url), { pathname: '/tenancy' }).href });
    await inside.query('revoke all on database tenancy from public');
    await inside.query('grant connect on database tenancy to tenant');
    await inside.query('create schema shop');
    await inside.query('grant usage, create on schema shop to tenant');
    expect(await migrate(as('tenant', 'tenancy'), shop, silently())).toEqual([
      'shop/Migration20261201000000',
    ]);
  });

  it.each([
    [
      `encoding 'SQL_ASCII' locale 'C'`,
      '',
      /its encoding is SQL_ASCII: create the database with ENCODING 'UTF8'/,
    ],
    ['', 'set default_transaction_read_only = on', /default_transaction_read_only is on: .*RESET/],
    ['', 'set standard_conforming_strings = off', /standard_conforming_strings is off: .*RESET/],
  ])("refuses a database that doesn't fit: %s%s", async (options, setting, message) => {
    const admin = await connect(server);
    await admin.query('drop database if exists unfit');
    await admin.query(`create database unfit template template0 ${options}`);
    if (setting) {
      await admin.query(`alter database unfit ${setting}`);
    }
    const url = Object.assign(new URL(server.url), { pathname: '/unfit' }).href;
    await expect(migrate(url, shop, silently())).rejects.toThrow(message);
  });
});
