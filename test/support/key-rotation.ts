import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { KeyRing, type SealedColumn, Sealer, loadedColumns } from '#libs/crypto';
import { parseKeys } from '../../config/parsers.js';
import { keysIn } from './environment.js';
import { eventually } from './servers.js';
import { query } from './stored.js';

/** The end of a command of operators. */
export interface CommandEnd {
  readonly code: number;
  readonly output: string;
}

/** `node dist/src/<command>.js`, as in the image. */
export async function runCommand(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<CommandEnd> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [`dist/src/${command}.js`, ...args], {
      env: { ...process.env, ...env },
      maxBuffer: 1 << 24,
    });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

/** A key for `ENCRYPTION_KEYS` or `BLIND_INDEX_KEYS`. */
export function namedKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

export interface RotationRow {
  readonly rows_changed: number;
  readonly rows_left: number | null;
  readonly pass: number;
  readonly finished: boolean;
}

/** The last rotation of a service. */
export async function latestRotation(url: string, schema: string): Promise<RotationRow | undefined> {
  const [row] = await query<{ [K in keyof RotationRow]: RotationRow[K] }>(
    url,
    `select rows_changed::int, rows_left::int, pass, finished_at is not null as finished
       from ${schema}.key_rotations order by id desc limit 1`,
  );
  return row;
}

/** Waits until both services have nothing left to renew. */
export async function rotated(url: string, timeoutMs: number): Promise<void> {
  for (const schema of ['accounts', 'notifications']) {
    await eventually(
      async () => expect(await latestRotation(url, schema)).toMatchObject({ finished: true, rows_left: 0 }),
      { timeoutMs },
    );
  }
}

/** Opens every value of every sealed column with one key alone. @returns how many there are, by column */
export async function openAll(url: string, keys: string): Promise<Record<string, number>> {
  const sealer = new Sealer(new KeyRing(keysIn(parseKeys(keys))));
  const columns = loadedColumns().filter((column): column is SealedColumn => column.kind === 'sealed');
  const counts: Record<string, number> = {};
  for (const { name, table, column, primaryKey, also, context } of columns) {
    const named = [...Object.keys(primaryKey), ...also].map((each) => `${each}::text as ${each}`);
    const rows = await query<Record<string, string>>(
      url,
      `select ${named.join(', ')}, ${column} as "~sealed" from ${table} where ${column} is not null`,
    );
    rows.forEach((row) => sealer.openBytes(row['~sealed'] ?? '', context(row)));
    counts[name] = rows.length;
  }
  return counts;
}

/** The tables whose rows mention a key, as the key of a value. */
export async function tablesUnder(url: string, keyId: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    url,
    `select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in ('accounts', 'notifications') and table_name not in ('key_rotations', 'key_usage')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await query(url, `select from ${name} t where t::text ~ $1 limit 1`, [`[(,":.]${keyId}\\.`]);
    if (rows.length > 0) {
      found.push(name);
    }
  }
  return found;
}
