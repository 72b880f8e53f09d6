import { describe, expect, it } from '@jest/globals';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/servers.js';
import { query } from '../../../test/support/stored.js';
import { useEmptyDatabase } from '../../../test/support/use-servers.js';
import { Probe } from './probe.js';

const database = useEmptyDatabase();
const probe = useFixture(() =>
  hold(Promise.resolve(new Probe({ connectionString: database.url, application_name: 'probe' })), (one) =>
    one.close(),
  ),
);

describe('Probe', () => {
  it('has one connection, also after it had to give one up', async () => {
    const slow = probe.query('select pg_sleep(10)');
    const next = slow.catch(() => probe.query('select 1 as one'));
    await expect(slow).rejects.toThrow('Query read timeout');
    expect(await next).toEqual([{ one: 1 }]);
    const pids = await Promise.all([1, 2, 3].map(() => probe.query('select pg_backend_pid() as pid')));
    expect(new Set(pids.map(([row]) => JSON.stringify(row))).size).toBe(1);
    await eventually(async () => {
      const open = `select 1 from pg_stat_activity where datname = current_database() and application_name = 'probe'`;
      expect(await query(database.url, open)).toHaveLength(1);
    });
  });
});
