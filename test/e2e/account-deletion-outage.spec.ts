import { describe, expect, it } from '@jest/globals';
import { type SignedUp, signUp } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { eventually } from '../support/servers.js';
import { query, tablesAbout } from '../support/stored.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';
import { type StartedApp, useOwnPostgres, useOwnRedis, useServers } from '../support/use-servers.js';

const redis = useOwnRedis();
/** Of the notifications service alone. */
const elsewhere = useOwnPostgres();
const servers = useServers({ redis });
const settings = () => ({ ...WITH_ADMIN, NOTIFICATIONS_DATABASE_URL: elsewhere.url });
const { admin, api, database, sink } = useApp('api', settings, servers);
const worker = useFixture<StartedApp>(() => servers.start('worker', settings()));
const notifications = useFixture<StartedApp>(() => servers.start('notifications', settings()));

const WITHIN_A_MINUTE = { timeoutMs: 60_000 };
const USERS_PER_KILL = 4;

interface Outage {
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
  /** How far a deletion gets meanwhile. */
  readonly reached: string;
}

const OUTAGES: Readonly<Record<string, Outage>> = {
  'the database of the notifications service is down': {
    begin: () => elsewhere.stop(),
    end: () => elsewhere.restart(),
    reached: 'erasing',
  },
  'the notifications service is down': {
    begin: () => notifications.kill(),
    end: () => notifications.restart(),
    reached: 'erasing',
  },
  'Redis is down': { begin: () => redis.stop(), end: () => redis.restart(), reached: 'requested' },
  'the worker is down': { begin: () => worker.kill(), end: () => worker.restart(), reached: 'requested' },
};

/** Who is killed, and when one of the users has got that far. */
const KILLS: readonly (readonly [StartedApp, 'requested' | 'removed' | 'erased' | 'deleted'])[] = [
  [worker, 'requested'],
  [worker, 'removed'],
  [notifications, 'removed'],
  [notifications, 'erased'],
  [worker, 'erased'],
  [worker, 'deleted'],
];

describe('a deletion that begins', () => {
  it.each(Object.keys(OUTAGES))(
    'while %s is complete within a minute of its end, and takes effect once',
    async (name) => {
      const { begin, end, reached } = OUTAGES[name] as Outage;
      const [user, bystander] = [await signUp(api), await signUp(api)];
      await allMailsSent([user, bystander]);
      const before = await processed();
      await begin();
      await erase([user]);
      await eventually(async () => expect(await statesOf([user])).toEqual([reached]));
      await end();
      await allGone([user], before);
      await untouched(bystander);
    },
    120_000,
  );

  it('is complete, once, whoever is killed at whichever step', async () => {
    const bystander = await signUp(api);
    const users = await Promise.all(Array.from({ length: KILLS.length * USERS_PER_KILL }, () => signUp(api)));
    await allMailsSent([...users, bystander]);
    const before = await processed();
    for (const [round, [process, step]] of KILLS.entries()) {
      const some = users.slice(round * USERS_PER_KILL, (round + 1) * USERS_PER_KILL);
      await erase(some);
      await eventually(async () => expect(await have(step, some)).not.toBe(0));
      await process.kill('SIGKILL');
      await process.restart();
    }
    await allGone(users, before);
    await untouched(bystander);
  }, 180_000);
});

async function erase(users: readonly SignedUp[]): Promise<void> {
  const answers = await Promise.all(users.map((user) => admin.delete(`/users/${idOf(user)}`)));
  expect(answers.map(({ status }) => status)).toEqual(users.map(() => 202));
}

function idOf({ session }: SignedUp): string {
  return session.user.id;
}

async function statesOf(users: readonly SignedUp[]): Promise<string[]> {
  const rows = await query<{ state: string }>(
    database.url,
    'select state from accounts.account_deletions where user_id = any($1)',
    [users.map(idOf)],
  );
  return rows.map(({ state }) => state);
}

/** How many of the users have got that far. */
async function have(
  step: 'requested' | 'removed' | 'erased' | 'deleted',
  users: readonly SignedUp[],
): Promise<number> {
  if (step === 'erased') {
    const erased = 'select from notifications.erased_users where user_id = any($1)';
    return (await query(elsewhere.url, erased, [users.map(idOf)])).length;
  }
  const states = await statesOf(users);
  const isThere = { requested: () => true, removed: isRemoved, deleted: isDeleted }[step];
  return states.filter(isThere).length;
}

const isRemoved = (state: string): boolean => state !== 'requested';
const isDeleted = (state: string): boolean => state === 'deleted';

async function allMailsSent(users: readonly SignedUp[]): Promise<void> {
  await eventually(async () => {
    expect(users.filter(({ email }) => sink.mailsTo(email).length === 0)).toEqual([]);
    expect(await waiting()).toEqual([]);
  }, WITHIN_A_MINUTE);
}

/** What is left in either outbox. */
async function waiting(): Promise<object[]> {
  return [
    ...(await query(database.url, 'select type, subject from accounts.outbox')),
    ...(await query(elsewhere.url, 'select type, subject from notifications.outbox')),
  ];
}

/** How many messages each service has processed. */
async function processed(): Promise<readonly [number, number]> {
  const [here, there] = await Promise.all([
    query(database.url, 'select from accounts.inbox'),
    query(elsewhere.url, 'select from notifications.inbox'),
  ]);
  return [here.length, there.length];
}

async function allGone(users: readonly SignedUp[], before: readonly [number, number]): Promise<void> {
  await eventually(async () => {
    expect((await statesOf(users)).filter((state) => !isDeleted(state))).toEqual([]);
    expect(await waiting()).toEqual([]);
  }, WITHIN_A_MINUTE);
  expect(await statesOf(users)).toHaveLength(users.length);
  // Of each user, `user.erased` here, and there `erase-user` and the events that say so: the request, the end of all sessions
  // then, and the deletion. No matter how often they arrived.
  const [wereHere, wereThere] = before;
  expect(await processed()).toEqual([wereHere + users.length, wereThere + 4 * users.length]);
  for (const type of ['user.deletion-requested', 'user.removed']) {
    const recorded = 'select from accounts.audit_events where type = $1 and subject_id = any($2)';
    const events = await query(database.url, recorded, [type, users.map(idOf)]);
    expect([type, events.length]).toEqual([type, users.length]);
  }
  const texts = users.flatMap((user) => [idOf(user), user.email]);
  const [here, there] = [await tablesAbout(database.url, texts), await tablesAbout(elsewhere.url, texts)];
  expect(here.filter((name) => !name.startsWith('accounts.audit_events'))).toEqual([
    'accounts.account_deletions',
  ]);
  expect(there).toEqual(['notifications.erased_users']);
}

async function untouched(user: SignedUp): Promise<void> {
  expect((await user.api.me()).status).toBe(200);
  const deliveries = 'select state from notifications.deliveries where user_id = $1';
  expect(await query(elsewhere.url, deliveries, [idOf(user)])).toEqual([{ state: 'sent' }]);
}
