import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiClient, type DeviceBody, type ListBody } from '../support/client.js';
import { type SignedUp, signIn, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query, rowCounts } from '../support/stored.js';
import { useApps, WITH_ADMIN } from '../support/use-app.js';
import { useOwnRedis } from '../support/use-servers.js';

/** The promised second, and some time for the requests that check it. */
const WITHIN_A_SECOND = { timeoutMs: 1_200 };

const redis = useOwnRedis();
const apps = useApps(
  { a: 'api', b: 'api', worker: 'worker', sender: 'notifications', otherSender: 'notifications' },
  { PUBLIC_URL: 'https://accounts.acme.test', ...WITH_ADMIN },
  { redis },
);
const { database, sink } = apps;
const { api: a } = apps.a;
const { api: b } = apps.b;

describe('two replicas', () => {
  afterEach(async () => {
    expect((await a.under('').get('/health/ready')).status).toBe(200);
    expect((await b.under('').get('/health/ready')).status).toBe(200);
  });

  it('share users and their sessions', async () => {
    const user = await signUp(a.with({ 'user-agent': 'A' }));
    await signIn(b.with({ 'user-agent': 'B' }), user);
    for (const replica of [a, b]) {
      const { body } = await replica.as(user.session).get<ListBody<DeviceBody>>('/auth/sessions');
      expect(body.items.map(({ userAgent }) => userAgent)).toEqual(['B', 'A']);
    }
  });

  it('sign a user out everywhere within a second', async () => {
    const { api } = await signUp(a);
    expect((await api.at(b.url).me()).status).toBe(200);
    expect((await api.post('/auth/logout')).status).toBe(204);
    await refusedWithinASecond(api.at(b.url));
  });

  it('end other sessions everywhere within a second', async () => {
    const user = await signUp(a);
    const others = [await signIn(a, user), await signIn(b, user)];
    await Promise.all(others.flatMap(({ api }) => [api.at(a.url).me(), api.at(b.url).me()]));
    expect((await user.api.at(b.url).delete('/auth/sessions')).status).toBe(204);
    for (const { api } of others) {
      await Promise.all([refusedWithinASecond(api.at(a.url)), refusedWithinASecond(api.at(b.url))]);
    }
    expect((await user.api.me()).status).toBe(200);
  });

  it('apply profile changes everywhere within a second', async () => {
    const { api } = await signUp(a);
    expect((await api.at(b.url).me()).body.displayName).toBeNull();
    const changed = await api.patch('/users/me', { displayName: 'Grace' });
    await eventually(async () => {
      const seen = await api.at(b.url).me();
      expect(seen.body.displayName).toBe('Grace');
      expect(seen.headers.get('etag')).toBe(changed.headers.get('etag'));
    }, WITHIN_A_SECOND);
  });

  it('return the same successor to 200 tabs that refresh at once, and end the session when its token comes back later', async () => {
    const { email, session, api } = await signUpWithMail();
    const { refreshToken } = session;
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? a : b).refresh(refreshToken)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [successor = '', ...others] = new Set(answers.map(({ body }) => body.refreshToken));
    expect(others).toEqual([]);
    const { body: devices } = await api.get<ListBody<DeviceBody>>('/auth/sessions?total=true');
    expect([devices.items.length, devices.page.total]).toEqual([1, 1]);
    const newest = a.as(answers.at(-1)?.body ?? session);
    expect([(await newest.me()).status, (await newest.at(b.url).me()).status]).toEqual([200, 200]);

    await letPass(10_001, session.user.id);
    expectProblem(await b.refresh(refreshToken), 401, 'refresh-token-reused');
    expectProblem(await a.refresh(refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await a.refresh(successor), 401, 'invalid-refresh-token');
    await Promise.all([refusedWithinASecond(newest), refusedWithinASecond(newest.at(b.url))]);
    await mailIsDone();
    const subjects = sink.mailsTo(email).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === 'We ended one of your sessions')).toHaveLength(1);
  });

  it('send one mail per registration with two sending processes', async () => {
    const before = sink.attempts;
    const users = await Promise.all(Array.from({ length: 24 }, (_, n) => signUp(n % 2 === 0 ? a : b)));
    await mailIsDone();
    expect(users.map(({ email }) => sink.mailsTo(email).length)).toEqual(users.map(() => 1));
    expect(sink.attempts - before).toBeGreaterThanOrEqual(users.length);
    expect(sink.mails).toHaveLength(sink.attempts);
  });

  it('create one admin when they start at the same time', async () => {
    expect(await rowCounts(database.url)).toMatchObject({ 'accounts.users': expect.any(Number) });
    const [row] = await query<{ n: number }>(
      database.url,
      `select count(*)::int as n from accounts.users where roles @> '{admin}'`,
    );
    expect(row?.n).toBe(1);
  });
});

describe.each([
  ['frozen', () => process.kill(redis.pid, 'SIGSTOP'), () => process.kill(redis.pid, 'SIGCONT')],
  [
    'gone',
    () => process.kill(redis.pid, 'SIGKILL'),
    async () => {
      await redis.exited;
      await redis.restart();
    },
  ],
])('while Redis is %s', (_, takeAway, giveBack) => {
  it('keeps users signed in, and applies sign-outs everywhere within a second', async () => {
    const [staying, leaving, patching] = await Promise.all([signUp(a), signUp(a), signUp(a)]);
    const everybody = [staying, leaving, patching].map(({ api }) => api);
    await Promise.all(everybody.flatMap((api) => [api.at(a.url).me(), api.at(b.url).me()]));

    takeAway();
    const answers = await Promise.all(everybody.flatMap((api) => [api.at(a.url).me(), api.at(b.url).me()]));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));

    expect((await leaving.api.post('/auth/logout')).status).toBe(204);
    await refusedWithinASecond(leaving.api.at(b.url));
    await patching.api.patch('/users/me', { displayName: 'Grace' });
    await eventually(async () => {
      expect((await patching.api.at(b.url).me()).body.displayName).toBe('Grace');
    }, WITHIN_A_SECOND);

    const registered = await signUp(b);
    expect((await registered.api.at(a.url).me()).status).toBe(200);
    for (const app of [apps.a, apps.b, apps.worker, apps.sender, apps.otherSender]) {
      const ready = await new ApiClient(app.managementUrl, '').get('/health/ready');
      expect([ready.status, JSON.stringify(ready.body)]).toEqual([
        200,
        expect.stringMatching(/"redis".*degraded/),
      ]);
    }

    await giveBack();
    await eventually(
      () => {
        expect(sink.mailsTo(registered.email)).toHaveLength(1);
      },
      { timeoutMs: 20_000 },
    );
    await mailIsDone();
    expect((await staying.api.at(b.url).me()).status).toBe(200);
    expect((await leaving.api.at(a.url).me()).status).toBe(401);
    const { api } = await signUp(a);
    expect((await api.at(b.url).me()).status).toBe(200);
    await api.post('/auth/logout');
    await refusedWithinASecond(api.at(b.url));
  }, 60_000);
});

/** Someone whose address is verified, so that we mail what happens to the account. */
async function signUpWithMail(): Promise<SignedUp> {
  const user = await signUp(a);
  const mail = await eventually(() => {
    const [first] = sink.mailsTo(user.email);
    expect(first).toBeDefined();
    return first;
  });
  expect((await a.verify(tokenIn(mail))).status).toBe(204);
  return user;
}

/** As if a user's refresh tokens had been replaced earlier, because nobody can move the clock of another process. */
async function letPass(ms: number, userId: string): Promise<void> {
  const updated = await query(
    database.url,
    `update accounts.sessions
     set recent_rotations = (select jsonb_agg(jsonb_set(r, '{at}', to_jsonb((r->>'at')::bigint - $1::bigint)))
                             from jsonb_array_elements(recent_rotations::jsonb) r)
     where user_id = $2 returning id`,
    [ms, userId],
  );
  expect(updated).toHaveLength(1);
}

function refusedWithinASecond(caller: ApiClient): Promise<void> {
  return eventually(async () => expect((await caller.me()).status).toBe(401), WITHIN_A_SECOND);
}

/** Resolves when every message is delivered and every mail is sent. */
function mailIsDone(): Promise<void> {
  return eventually(
    async () => {
      const counts = await rowCounts(database.url);
      expect([counts['accounts.outbox'], counts['notifications.outbox']]).toEqual([0, 0]);
      const states = await query(database.url, 'select distinct state from notifications.deliveries');
      expect(states).toEqual([{ state: 'sent' }]);
    },
    { timeoutMs: 30_000 },
  );
}
