import { describe, expect, it } from '@jest/globals';
import { aUser } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { startPgBouncer } from '../support/pgbouncer.mjs';
import { eventually } from '../support/eventually.js';
import { setting } from '../support/setting.js';
import { query } from '../support/stored.js';
import { useEmptyDatabase, useServers } from '../support/use-servers.js';

const STARTS = 3;

const pgbouncer = useFixture(() =>
  hold(startPgBouncer(setting('TEST_POSTGRES_URL')), (started) => started.stop()),
);
const database = useEmptyDatabase();
const servers = useServers({ database });

describe('behind PgBouncer in transaction mode, with its stock settings', () => {
  it('starts as often as it is started, and leaves no lock behind', async () => {
    for (let start = 0; start < STARTS; start += 1) {
      const app = await servers.start('all', { DATABASE_URL: pgbouncer.through(database.url) });
      const user = aUser();
      expect(await app.api.register(user)).toMatchObject({ status: 201 });
      expect(await app.api.login(user)).toMatchObject({ status: 200 });
      await eventually(() => expect(servers.sink.mailsTo(user.email)).toHaveLength(1));
      await app.stop();
    }
    // The server is shared with other suites, which have databases of their own.
    const locks = await query(
      database.url,
      `select pid from pg_locks l join pg_database d on d.oid = l.database
       where l.locktype = 'advisory' and d.datname = current_database()`,
    );
    expect(locks).toEqual([]);
  });

  it('starts two replicas at once on an empty database', async () => {
    await query(database.url, 'drop schema accounts cascade');
    await query(database.url, 'drop schema notifications cascade');
    const apps = await Promise.all(
      [1, 2].map(() => servers.start('all', { DATABASE_URL: pgbouncer.through(database.url) })),
    );
    const answers = await Promise.all(apps.map((app) => app.api.register(aUser())));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });
});
