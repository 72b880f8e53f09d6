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

  it('opens no connection after its end', async () => {
    const ended = new Probe({ connectionString: database.url, application_name: 'ended' });
    const opening = ended.query('select 1 as one');
    ended.end();
    await expect(opening).rejects.toThrow('the connection was closed');
    await expect(ended.query('select 1 as one')).rejects.toThrow('the connection was closed');
    await eventually(async () => {
      const open = `select 1 from pg_stat_activity where application_name = 'ended'`;
      expect(await query(database.url, open)).toEqual([]);
    });
  });
});
