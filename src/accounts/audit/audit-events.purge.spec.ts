import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import type { AppConfig } from '../../../config/index.js';
import { useApiApp } from '../../../test/support/api-app.js';
import { query } from '../../../test/support/stored.js';
import { AuditEventsPurge } from './audit-events.purge.js';

const { app, clock, database } = useApiApp();
const purge = (auditRetentionDays: number): Promise<number> =>
  new AuditEventsPurge(app.get(Connections).database('accounts'), clock, {
    auditRetentionDays,
  } as AppConfig).purge();

async function partitions(): Promise<string[]> {
  const rows = await query<{ name: string }>(
    database.url,
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'accounts.audit_events'::regclass order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function insertAt(instant: string): Promise<string> {
  const [row] = await query<{ stored: string }>(
    database.url,
    `insert into accounts.audit_events (id, type, actor_type, details_sealed)
     values (accounts.first_id_at($1::timestamptz)::uuid, 'x', 'system', '') returning tableoid::regclass::text as stored`,
    [instant],
  );
  return row?.stored ?? '';
}

/** Midnight of the first of the month that is so many months after now. */
function month(later: number): Date {
  const now = clock.now();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + later));
}

const nameOf = (start: Date): string => `audit_events_${start.toISOString().slice(0, 7).replace('-', '_')}`;

describe('the months of the audit log', () => {
  it('have partitions from the start, which meet exactly', async () => {
    expect(await insertAt('2026-11-01T00:00:00.000Z')).toBe('accounts.audit_events_2026_11');
    expect(await insertAt('2026-11-30T23:59:59.999Z')).toBe('accounts.audit_events_2026_11');
    expect(await insertAt('2026-12-01T00:00:00.000Z')).toBe('accounts.audit_events_2026_12');
    expect(await insertAt('2026-10-31T23:59:59.999Z')).toBe('accounts.audit_events_default');
  });

  it('take over what has gone to the default partition', async () => {
    const at = '2026-10-31T23:59:59.999Z';
    await query(database.url, 'select accounts.create_audit_partition($1)', ['2026-10-01T00:00:00Z']);
    const rows = await query(
      database.url,
      `select tableoid::regclass::text as stored from accounts.audit_events
        where id = accounts.first_id_at($1::timestamptz)::uuid`,
      [at],
    );
    expect(rows).toEqual([{ stored: 'accounts.audit_events_2026_10' }]);
    await expect(query(database.url, 'truncate accounts.audit_events_default')).rejects.toThrow(
      /only be inserted/,
    );
    expect(await insertAt('2026-08-15T00:00:00Z')).toBe('accounts.audit_events_default');
  });

  it('get partitions three months ahead, protected like the others', async () => {
    const ahead = [0, 1, 2, 3].map((later) => nameOf(month(later)));
    await query(database.url, `drop table accounts.${ahead[3] ?? ''}`);
    expect(await partitions()).not.toContain(ahead[3]);
    expect(await purge(3650)).toBe(0);
    expect(await partitions()).toEqual(expect.arrayContaining(ahead));
    const [privilege] = await query<{ granted: boolean }>(
      database.url,
      `select bool_or(privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')) as granted
         from information_schema.role_table_grants where table_name = $1 and grantee = current_user`,
      [ahead[3]],
    );
    expect(privilege?.granted).toBe(false);
    await expect(query(database.url, `truncate accounts.${ahead[3] ?? ''}`)).rejects.toThrow(
      /only be inserted/,
    );
    expect(await purge(3650)).toBe(0);
  });

  it('go once all of their events are older than the retention', async () => {
    const [before, last] = [month(-2), month(-1)];
    for (const start of [before, last]) {
      await query(database.url, 'select accounts.create_audit_partition($1)', [start.toISOString()]);
    }
    const days = (since: Date): number => (clock.millis() - since.getTime()) / 86_400_000;
    // Its last event is a moment younger than that.
    expect(await purge(Math.ceil(days(last)))).toBe(0);
    expect(await purge(Math.floor(days(last)))).toBe(1);
    const left = await partitions();
    expect(left).not.toContain(nameOf(before));
    expect(left).toEqual(expect.arrayContaining([nameOf(last), 'audit_events_default']));
  });
});
