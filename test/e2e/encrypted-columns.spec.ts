import { describe, expect, it } from '@jest/globals';
import { loadedColumns, loadedKeyedValues } from '#libs/crypto';
import '../../src/processes/all.process.js';
import { query } from '../support/stored.js';
import { useServers } from '../support/use-servers.js';

const { database } = useServers();

/** What columns with sealed values, blind indexes or hashes are called. */
const TELLING_NAME = /(^|_)sealed(_|$)|_index$|_hash$|^(answer|endpoint|fingerprint|hash|seed|subject)$/;

/** Columns with such names that no key of `ENCRYPTION_KEYS` or `BLIND_INDEX_KEYS` has to do with. */
const WITHOUT_KEY: readonly string[] = [
  // Hashes of passwords, with a salt.
  'accounts.passwords.hash',
  'accounts.pending_registrations.password_hash',
  // Hashes of random secrets of 256 bits.
  'accounts.account_changes.token_hash',
  'accounts.api_keys.key_hash',
  'accounts.email_change_links.token_hash',
  'accounts.email_verifications.token_hash',
  'accounts.mfa_challenges.token_hash',
  'accounts.oauth_codes.code_hash',
  'accounts.one_time_codes.browser_hash',
  'accounts.one_time_codes.token_hash',
  'accounts.passkey_challenges.challenge_hash',
  'accounts.password_resets.token_hash',
  'accounts.pending_registrations.browser_hash',
  'accounts.sessions.token_hash',
  'accounts.sign_in_notices.token_hash',
  // Random, and useless without a key.
  'accounts.sessions.seed',
  // IDs.
  'accounts.identities.subject',
  'accounts.outbox.subject',
  'notifications.outbox.subject',
  'notifications.webhook_deliveries.subject',
];

/** All columns with text, by table. */
async function textColumns(): Promise<string[]> {
  const rows = await query<{ name: string }>(
    database.url,
    `select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns
      where table_schema in ('accounts', 'notifications') and table_name !~ '^audit_events_'`,
  );
  return rows.map(({ name }) => name);
}

function declared(): string[] {
  return [
    ...loadedColumns().flatMap((column) => [
      column.name,
      ...(column.kind === 'sealed'
        ? [...Object.keys(column.indexes), ...Object.keys(column.hashes)].map(
            (each) => `${column.table}.${each}`,
          )
        : []),
    ]),
    ...loadedKeyedValues().flatMap(({ columns }) => columns),
  ];
}

describe('the declarations of encrypted columns', () => {
  it('include every column that looks like one', async () => {
    const known = new Set([...declared(), ...WITHOUT_KEY]);
    const telling = (await textColumns()).filter((name) => TELLING_NAME.test(name.split('.')[2] ?? ''));
    expect(telling.length).toBeGreaterThan(40);
    expect(telling.filter((name) => !known.has(name))).toEqual([]);
  });

  it('name columns that exist, with the primary keys of their tables', async () => {
    const existing = new Set(await textColumns());
    expect([...declared(), ...WITHOUT_KEY].filter((name) => !existing.has(name))).toEqual([]);
    for (const column of loadedColumns()) {
      if (column.kind === 'sealed') {
        expect([column.name, column.primaryKey]).toEqual([column.name, await primaryKeyOf(column.table)]);
        expect(column.also.filter((each) => !existing.has(`${column.table}.${each}`))).toEqual([]);
      }
    }
  });

  it('say until when the rows of other columns are kept', async () => {
    for (const column of loadedColumns()) {
      if (column.kind === 'expiring') {
        const { table, keyId, expires, until } = column;
        await query(database.url, `select ${keyId}, (${expires ?? 'null'})::timestamptz from ${table}`);
        expect(until).not.toBe('');
      }
    }
  });
});

async function primaryKeyOf(table: string): Promise<Record<string, string>> {
  const rows = await query<{ name: string; type: string }>(
    database.url,
    `select a.attname as name, format_type(a.atttypid, null) as type
       from pg_index i cross join unnest(i.indkey) with ordinality as k(attnum, position)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = $1::regclass and i.indisprimary order by k.position`,
    [table],
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
}
