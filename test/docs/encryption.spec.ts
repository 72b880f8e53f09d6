import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadedColumns, loadedKeyedValues } from '#libs/crypto';
import '../../src/processes/all.process.js';
import { query } from '../support/stored.js';
import { useServers } from '../support/use-servers.js';

const { database } = useServers();
const page = readFileSync('docs/encryption.md', 'utf8');
/** By `schema.table.column`: what the page says how it's stored. */
const listed = new Map<string, string>(
  [...page.matchAll(/^\| +(`\w+\.\w+\.\w+`[^|]*?) +\| ([\w ]+?) +\|/gm)].flatMap(([, names = '', how = '']) =>
    namesIn(names).map((name) => [name, how] as const),
  ),
);
const neither = [...page.matchAll(/^- `(\w+\.\w+)`: ((?:.|\n {2})+)/gm)].flatMap(
  ([, table = '', names = '']) => namesIn(names).map((name) => `${table}.${name}`),
);

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name);
}

/** Columns that can have anything in them, unlike IDs, times, numbers and flags. */
async function openColumns(): Promise<string[]> {
  const rows = await query<{ name: string }>(
    database.url,
    `select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns
      where table_schema in ('accounts', 'notifications') and table_name !~ '^audit_events_'
        and data_type not in ('uuid', 'timestamp with time zone', 'integer', 'bigint', 'boolean')
      order by 1`,
  );
  return rows.map(({ name }) => name);
}

const saidToBe = (...kinds: string[]) =>
  [...listed].flatMap(([name, how]) => (kinds.includes(how) ? name : [])).sort();

describe('the page about encryption', () => {
  it('lists every column once that can have something personal or secret, and no other', async () => {
    const all = [...listed.keys(), ...neither].sort();
    expect(all).toEqual(await openColumns());
  });

  it('says sealed, indexed and keyed of what the code declares so', () => {
    const sealed: string[] = [];
    const indexed: string[] = [];
    const hashed: string[] = loadedKeyedValues().flatMap(({ columns }) => columns);
    for (const column of loadedColumns()) {
      if (column.kind === 'sealed') {
        sealed.push(column.name);
        indexed.push(...Object.keys(column.indexes).map((each) => `${column.table}.${each}`));
        hashed.push(...Object.keys(column.hashes).map((each) => `${column.table}.${each}`));
      } else if (column.name !== 'accounts.recovery_codes.code_hash') {
        (column.ring === 'ENCRYPTION_KEYS' ? sealed : indexed).push(column.name);
      }
    }
    expect(saidToBe('sealed')).toEqual(sealed.sort());
    expect(saidToBe('indexed')).toEqual(indexed.sort());
    expect(saidToBe('keyed hash')).toEqual(hashed.sort());
    expect(saidToBe('hashed', 'plain')).not.toEqual([]);
  });
});
