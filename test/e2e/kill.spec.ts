import { describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { Redis } from 'ioredis';
import { aUser, type NewUser } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useApp } from '../support/use-app.js';
import { useOwnRedis } from '../support/use-servers.js';

const ROUNDS = 6;
const BURST = 40;
/** Jobs of a killed process return when their locks expire; lost ones when the outbox enqueues them again after 10, 30 and 70 s. */
const AFTER_A_CRASH = { timeoutMs: 100_000 };

const redis = useOwnRedis();
const app = useApp('all', {}, { redis });
const { api, database, sink } = app;

describe('a burst of registrations', () => {
  it('loses no user and no mail when the process is killed repeatedly', async () => {
    const acknowledged: NewUser[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const killed = killAfter(round, randomInt(0, BURST / 2), acknowledged);
      await burst(acknowledged);
      await killed;
      await app.restart();
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
    await everybodyCanSignIn(acknowledged);
    await everybodyGetsTheMail(acknowledged);
    // Whether or not it was acknowledged, a user exists completely or not at all.
    const halves = await query(
      database.url,
      `select u.id from accounts.users u
         left join accounts.passwords p on p.user_id = u.id
         left join accounts.email_verifications v on v.user_id = u.id
         left join notifications.deliveries d on d.user_id = u.id
        where p.user_id is null or v.user_id is null or d.user_id is null`,
    );
    expect(halves).toEqual([]);
  }, 240_000);

  it('loses no mail when Redis loses everything', async () => {
    const acknowledged: NewUser[] = [];
    const client = new Redis(redis.url);
    const registering = burst(acknowledged);
    for (const share of [0.2, 0.5, 0.8]) {
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(share * BURST));
      await client.flushall();
    }
    await registering;
    await client.flushall();
    client.disconnect();
    // Instead of waiting ten seconds until the outbox enqueues what was not confirmed.
    await query(database.url, 'update accounts.outbox set next_at = now()');
    await query(database.url, 'update notifications.outbox set next_at = now()');
    expect(acknowledged).toHaveLength(BURST);
    await everybodyGetsTheMail(acknowledged);
    await everybodyCanSignIn(acknowledged);
    // No process was killed and SMTP left no outcome unknown, so nothing may be sent twice.
    expect(acknowledged.filter(({ email }) => sink.mailsTo(email).length !== 1)).toEqual([]);
  }, 240_000);

  it('loses no mail and sends none twice when the process shuts down', async () => {
    const acknowledged: NewUser[] = [];
    const registering = burst(acknowledged);
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(BURST / 4));
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    await registering;
    await app.restart();
    await everybodyGetsTheMail(acknowledged);
    expect(acknowledged.filter(({ email }) => sink.mailsTo(email).length !== 1)).toEqual([]);
  }, 240_000);
});

/** Registers many users at once, and adds those whose registration succeeded to `acknowledged`. */
async function burst(acknowledged: NewUser[]): Promise<void> {
  await Promise.all(
    Array.from({ length: BURST }, async () => {
      const user = aUser();
      const status = await api.register(user).then(
        (answer) => answer.status,
        () => 'no answer',
      );
      if (status === 201) {
        acknowledged.push(user);
      }
    }),
  );
}

/** Kills the process after the first response of the round, or in later rounds after `answers` of them. */
async function killAfter(round: number, answers: number, acknowledged: readonly NewUser[]): Promise<void> {
  const before = acknowledged.length;
  await eventually(() =>
    expect(acknowledged.length - before).toBeGreaterThanOrEqual(round === 0 ? 1 : answers),
  );
  await app.kill('SIGKILL');
}

async function everybodyCanSignIn(users: readonly NewUser[]): Promise<void> {
  const answers = await Promise.all(users.map((user) => api.login(user)));
  expect(answers.map(({ status }) => status)).toEqual(users.map(() => 200));
}

/** At least once. A repeat has the same Message-ID. */
async function everybodyGetsTheMail(users: readonly NewUser[]): Promise<void> {
  await eventually(() => {
    expect(users.filter(({ email }) => sink.mailsTo(email).length === 0)).toEqual([]);
  }, AFTER_A_CRASH);
  await eventually(async () => {
    const open = await query(database.url, `select id from notifications.deliveries where state <> 'sent'`);
    expect(open).toEqual([]);
  }, AFTER_A_CRASH);
  for (const { email } of users) {
    const ids = new Set(sink.mailsTo(email).map(({ messageId }) => messageId));
    expect([email, ids.size]).toEqual([email, 1]);
  }
}
