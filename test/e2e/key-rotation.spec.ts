import { beforeAll, describe, expect, it } from '@jest/globals';
import '../../src/processes/all.process.js';
import { TestClock } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import { aUser, signIn, type SignedUp, signUp } from '../support/factories.js';
import {
  latestRotation,
  namedKey,
  openAll,
  rotated,
  runCommand,
  tablesUnder,
} from '../support/key-rotation.js';
import { metricOf } from '../support/metrics.js';
import { eventually } from '../support/servers.js';
import { holdRows, query } from '../support/stored.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';

const USERS = 2_000;
const [oldSeal, newSeal] = [namedKey('2025a'), namedKey('2026b')];
const [oldIndex, newIndex] = [namedKey('2025a'), namedKey('2026b')];
const OLD_FIRST = {
  ENCRYPTION_KEYS: `${oldSeal},${newSeal}`,
  BLIND_INDEX_KEYS: `${oldIndex},${newIndex}`,
};
const NEW_FIRST = {
  ENCRYPTION_KEYS: `${newSeal},${oldSeal}`,
  BLIND_INDEX_KEYS: `${newIndex},${oldIndex}`,
};
const NEW_ONLY = { ENCRYPTION_KEYS: newSeal, BLIND_INDEX_KEYS: newIndex };

const apps = useApps(
  { api: ['api', WITH_ADMIN], worker: 'worker', notifications: 'notifications' },
  // The same URL after a restart, so that tokens stay good.
  { ...OLD_FIRST, PUBLIC_URL: 'http://localhost:3000' },
);
const { database } = apps;
/** Has something in many tables. */
let ada: SignedUp;
let recoveryCodes: readonly string[];

beforeAll(async () => {
  const seeded = await runCommand('seed', ['--users', String(USERS)], { ...apps.api.env, ...OLD_FIRST });
  expect(seeded).toMatchObject({ code: 0 });
  ada = await signUp(apps.api.api);
  ({ recoveryCodes } = await setUpTotp(ada.api, new TestClock()));
  const { api: admin } = await signIn(apps.api.api, ADMIN);
  await admin.post('/suppressions', { email: 'unwanted@acme.test' });
  await admin.post('/webhooks', { url: 'https://hooks.acme.test/x', events: ['user.registered'] });
  await admin.post('/users/export', {});
}, 120_000);

const inProcess = (keys: Record<string, string>) => ({ ...apps.api.env, ...keys });
const admin = (command: string, keys: Record<string, string> = NEW_FIRST) =>
  runCommand('admin', [command], inProcess(keys));

/** What nobody may see change. */
function versions(): Promise<object[]> {
  return query(database.url, 'select id, version, updated_at from accounts.users order by id');
}

/** Makes each renewed user take a moment, so that there's time to kill something. */
async function slowDown(): Promise<() => Promise<unknown>> {
  await query(
    database.url,
    `create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.004); return new; end $$;
     create trigger dawdle before update of email_sealed on accounts.users for each row execute function dawdle()`,
  );
  // Dropping the trigger would wait for whoever has a row.
  return () =>
    query(
      database.url,
      'create or replace function dawdle() returns trigger language plpgsql as $$ begin return new; end $$',
    );
}

/** Signs users in and reads their profiles, one after the other, until told to stop. @returns what has failed */
function useApi(): () => Promise<{ readonly requests: number; readonly failures: unknown[] }> {
  let isOver = false;
  let requests = 0;
  const failures: unknown[] = [];
  const call = async (request: Promise<{ status: number; body: unknown }>): Promise<void> => {
    const { status, body } = await request;
    requests += 1;
    if (status !== 200) {
      failures.push([status, body]);
    }
  };
  const run = async (from: number): Promise<void> => {
    for (let n = from; !isOver; n += 4) {
      const user = { email: `seed-${(n % 40) + 1}@acme.example`, password: 'seven brave otters' };
      const signedIn = await apps.api.api.login(user);
      await call(Promise.resolve(signedIn));
      await call(apps.api.api.as(signedIn.body).me());
      await call(ada.api.me());
    }
  };
  const running = [0, 1, 2, 3].map(run);
  return async () => {
    isOver = true;
    await Promise.all(running);
    return { requests, failures };
  };
}

describe('a rotation of the keys of stored data', () => {
  it('is not needed to know that nothing can go', async () => {
    const { code, output } = await admin('key-usage', OLD_FIRST);
    expect(code).toBe(1);
    expect(output).toContain('ENCRYPTION_KEYS: the key 2025a writes.');
    expect(output).toContain('The key 2026b has to stay: nobody knows');
    const { output: before } = await admin('key-usage');
    expect(before).toContain(`${USERS + 2} values of accounts.users.email_sealed: run \`admin rotate-keys\``);
    expect(before).toContain('BLIND_INDEX_KEYS: the key 2026b writes.');
  }, 60_000);

  it('renews everything while its worker is killed three times, and no request fails', async () => {
    await Promise.all([apps.api, apps.worker, apps.notifications].map((app) => app.restart(NEW_FIRST)));
    ada = { ...ada, api: ada.api.at(apps.api.url) };
    const before = await versions();
    const etag = (await ada.api.me()).headers.get('etag');
    const stop = useApi();
    const speedUp = await slowDown();
    // Someone who takes their time to change a user, whom the rotation doesn't wait for.
    const release = await holdRows(database.url, 'select from accounts.users where id = $1', [
      ada.session.user.id,
    ]);
    expect(await admin('rotate-keys')).toMatchObject({
      code: 0,
      output: expect.stringContaining('The rotation of accounts begins.'),
    });
    expect((await admin('rotate-keys')).output).toContain('The rotation of accounts is running already.');
    for (let kill = 1, done = 0; kill <= 3; kill += 1) {
      done = await eventually(
        async () => {
          const { rows_changed: changed = 0 } = (await latestRotation(database.url, 'accounts')) ?? {};
          expect(changed).toBeGreaterThan(done);
          return changed;
        },
        { timeoutMs: 30_000 },
      );
      expect(await latestRotation(database.url, 'accounts')).toMatchObject({ finished: false });
      await apps.worker.restart(NEW_FIRST);
    }
    await speedUp();
    await eventually(
      async () => expect((await latestRotation(database.url, 'accounts'))?.pass).toBeGreaterThan(1),
      { timeoutMs: 60_000 },
    );
    await release();
    await rotated(database.url, 60_000);
    const { requests, failures } = await stop();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(50);
    const counts = await openAll(database.url, newSeal);
    expect(counts).toMatchObject({
      'accounts.users.email_sealed': USERS + 2,
      'accounts.recovery_codes.sealed': 10,
      'accounts.totp_factors.secret_sealed': 1,
      'notifications.suppressions.email_sealed': 1,
      'notifications.webhooks.sealed': 1,
    });
    // What goes by itself, and what nothing can change.
    const expiring = ['accounts.audit_events', 'accounts.failed_attempts', 'accounts.idempotency_keys'];
    const left = (await tablesUnder(database.url, '2025a')).filter((name) => !name.includes('audit_events_'));
    expect(left.filter((name) => !expiring.includes(name) && !name.includes('transfer'))).toEqual([]);
    expect(await versions()).toEqual(before);
    expect((await ada.api.me()).headers.get('etag')).toBe(etag);
  }, 240_000);

  it('says what the old keys are still needed for, and until when', async () => {
    const { code, output } = await admin('key-usage');
    expect(code).toBe(1);
    expect(output).toMatch(
      /cookies of trusted devices, until \d{4}-\d\d-\d\dT.*: otherwise, sign-ins there ask for/,
    );
    expect(output).not.toContain('run `admin rotate-keys`');
    // Ninety days later.
    for (const schema of ['accounts', 'notifications']) {
      await query(
        database.url,
        `update ${schema}.key_rotations set started_at = started_at - interval '100 days'`,
      );
    }
    expect((await admin('key-usage')).output).toContain('The key 2025a can go.');
  }, 60_000);

  it('is counted by a metric', async () => {
    const labels = { column: 'accounts.users.email_sealed', key: '2026b' };
    expect(await metricOf(apps.worker, 'gatehouse_encryption_rows', labels)).toBe(USERS + 2);
    expect(
      await metricOf(apps.worker, 'gatehouse_key_rotation_rows', { schema: 'accounts', state: 'read' }),
    ).toBe(0);
  });

  it('leaves nothing that needs the old keys', async () => {
    await Promise.all([apps.api, apps.worker, apps.notifications].map((app) => app.restart(NEW_ONLY)));
    const { api } = apps.api;
    const seeded = { email: 'seed-1999@acme.example', password: 'seven brave otters' };
    expect((await api.login(seeded)).status).toBe(200);
    const challenge = await api.post<{ mfaToken: string }>('/auth/login', {
      email: ada.email,
      password: ada.password,
    });
    expect(challenge.status).toBe(401);
    const { mfaToken } = challenge.body;
    const [code] = recoveryCodes;
    const answer = await api.post('/auth/login/mfa', { mfaToken, factor: 'recovery-code', code });
    expect(answer.status).toBe(200);
    expect((await api.register(aUser({ email: ada.email.toUpperCase() }))).status).toBe(409);
  }, 60_000);
});
