import { performance } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/client.js';
import { useFixture } from '../support/fixture.js';
import { addRule, BEHIND_PROXY, removeRule, statusAt } from '../support/ip-rules.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { signInAdmin, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useOwnRedis } from '../support/use-servers.js';

const ROUNDS = 100;
const SETTINGS = { ...WITH_ADMIN, ...BEHIND_PROXY };

const redis = useOwnRedis();
const apps = useApps({ one: 'api', two: 'api', three: 'api' }, SETTINGS, { redis });
const { database } = apps;
const signedIn = useFixture(async () => ({ client: (await signInAdmin(apps.one.api, SETTINGS))() }));
const admin = () => signedIn.client.at(apps.one.url);

/** How long until a client at this address gets this status from a replica. */
async function msUntil(
  status: number,
  { api }: { readonly api: ApiClient },
  address: string,
): Promise<number> {
  const start = performance.now();
  while ((await statusAt(api, address)) !== status) {
    expect(performance.now() - start).toBeLessThan(5_000);
  }
  return performance.now() - start;
}

/** Adds and removes rules. @returns how long each took to count on the third replica after the response, sorted */
async function delays(rounds: number): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const address = `198.51.100.${round}`;
    const rule = await addRule(admin(), address);
    // On the replica that has answered, it already counts.
    expect(await statusAt(apps.one.api, address)).toBe(403);
    found.push(await msUntil(403, apps.three, address));
    await removeRule(admin(), rule);
    expect(await statusAt(apps.one.api, address)).toBe(404);
    found.push(await msUntil(404, apps.three, address));
  }
  return found.sort((one, other) => one - other);
}

describe('a rule', () => {
  it('counts on every replica in less than a second, every time', async () => {
    const found = await delays(ROUNDS);
    expect(found).toHaveLength(2 * ROUNDS);
    expect(found.at(-1)).toBeLessThan(1_000);
  }, 60_000);

  it('counts in less than a second while Redis is frozen or gone, and when it is back', async () => {
    process.kill(redis.pid, 'SIGSTOP');
    expect((await delays(5)).at(-1)).toBeLessThan(1_000);
    process.kill(redis.pid, 'SIGCONT');
    process.kill(redis.pid, 'SIGKILL');
    await redis.exited;
    expect((await delays(5)).at(-1)).toBeLessThan(1_000);
    await redis.restart();
    expect((await delays(5)).at(-1)).toBeLessThan(1_000);
  }, 60_000);

  it('counts if whoever wrote it was killed before it could tell', async () => {
    await query(
      database.url,
      "update accounts.ip_rule_state set revision = revision + 1 where id = 'latest'",
    );
    await query(
      database.url,
      `insert into accounts.ip_rules (id, cidr, action, source, revision, created_at)
       select gen_random_uuid(), '192.0.2.77', 'deny', 'admin', revision, now() from accounts.ip_rule_state`,
    );
    expect(await msUntil(403, apps.two, '192.0.2.77')).toBeLessThan(1_000);
  });

  it('counts even if it is committed after a later one was begun', async () => {
    const slow = query(
      database.url,
      `with late as (
         update accounts.ip_rule_state set revision = revision + 1 where id = 'latest' returning revision
       ), waited as (select revision, pg_sleep(1) from late)
       insert into accounts.ip_rules (id, cidr, action, source, revision, created_at)
       select gen_random_uuid(), '192.0.2.78', 'deny', 'admin', revision, now() from waited`,
    );
    await eventually(async () => {
      const waiting = await query(
        database.url,
        "select 1 from pg_stat_activity where query like '%pg_sleep(1) from late%' and state = 'active' and pid <> pg_backend_pid()",
      );
      expect(waiting).toHaveLength(1);
    });
    const others = await Promise.all(
      ['192.0.2.79', '192.0.2.80'].map((address) => addRule(admin(), address)),
    );
    await slow;
    for (const address of ['192.0.2.78', '192.0.2.79', '192.0.2.80']) {
      expect(await msUntil(403, apps.three, address)).toBeLessThan(1_000);
    }
    await Promise.all(others.map((rule) => removeRule(admin(), rule)));
  });

  it('counts for the first request after a restart', async () => {
    await addRule(admin(), '192.0.2.90');
    await apps.two.restart();
    expect(await statusAt(apps.two.api, '192.0.2.90')).toBe(403);
  }, 30_000);

  it('ends at its time', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    await addRule(admin(), '192.0.2.91', { expiresAt });
    expect(await msUntil(403, apps.three, '192.0.2.91')).toBeLessThan(1_000);
    await msUntil(404, apps.three, '192.0.2.91');
    expect(Math.abs(Date.now() - Date.parse(expiresAt))).toBeLessThan(500);
  });
});

describe('while PostgreSQL is away', () => {
  const endpoint = useFixture(() => TcpProxy.start(database.url));
  const cut = useFixture(() => apps.start('api', { ...SETTINGS, DATABASE_URL: endpoint.url }));

  it('the last known rules stay in force, and the latest ones count when it is back', async () => {
    await addRule(admin(), '192.0.2.92');
    await msUntil(403, cut, '192.0.2.92');
    endpoint.retarget('postgres://127.0.0.1:1');
    endpoint.dropOpen();
    const later = await addRule(admin(), '192.0.2.93');
    for (let round = 0; round < 20; round += 1) {
      expect([await statusAt(cut.api, '192.0.2.92'), await statusAt(cut.api, '192.0.2.93')]).toEqual([
        403, 404,
      ]);
    }
    endpoint.retarget(database.url);
    await msUntil(403, cut, '192.0.2.93');
    await removeRule(admin(), later);
    await msUntil(404, cut, '192.0.2.93');
  }, 30_000);
});
