import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Database } from '#libs/database';
import { type PostponeJobError, UnrecoverableJobError } from '#libs/jobs';
import { hold } from '../../../test/support/fixture.js';
import { freezeTimers } from '../../../test/support/frozen-timers.js';
import { eventually } from '../../../test/support/servers.js';
import { command, useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { type ClaimedDelivery, DeliveryClaims } from './delivery-claims.js';
import type { DeliveryState } from './delivery.entity.js';
import { sendMail } from './send-mail.job.js';

const LEASE_SECONDS = 10;
const RENEW_MS = 3_000;

const bench = useNotificationsBench();
let claims: DeliveryClaims;
let id: string;

/** A delivery that no job touches. */
beforeEach(async () => {
  claims = bench.app.get(DeliveryClaims);
  await bench.queue(sendMail.name).pause();
  id = await bench.deliver(command());
  await eventually(() => bench.delivery(id));
});

describe('a claim', () => {
  it('begins before PostgreSQL is asked, and lasts ten seconds', async () => {
    const taking = claims.take(id);
    const askedAt = performance.now();
    const claimed = (await taking) as ClaimedDelivery;
    expect(claimed).toMatchObject({ id, attempt: 1, template: 'verify-email' });
    expect(claimed.takenAt).toBeLessThanOrEqual(askedAt);
    expect(await remaining()).toBeGreaterThan(LEASE_SECONDS - 5);
    expect(await remaining()).toBeLessThanOrEqual(LEASE_SECONDS);
    await claims.whileClaimed({ ...claimed, takenAt: askedAt - 9_000 }, async (isHeld) => {
      expect(isHeld()).toBe(true);
    });
    await claims.whileClaimed({ ...claimed, takenAt: askedAt - 10_001 }, async (isHeld) => {
      expect(isHeld()).toBe(false);
    });
  });

  it('is renewed every three seconds for another ten, until the work is done', async () => {
    const claimed = await take();
    const intervals = freezeTimers('setInterval');
    await claims.whileClaimed({ ...claimed, takenAt: performance.now() - 11_000 }, async (isHeld) => {
      await lapse();
      intervals.pass(RENEW_MS - 1);
      expect(await remaining()).toBeLessThan(0);
      intervals.pass(1);
      await eventually(async () => expect(await remaining()).toBeGreaterThan(LEASE_SECONDS - 5));
      expect(await remaining()).toBeLessThanOrEqual(LEASE_SECONDS);
      await eventually(() => expect(isHeld()).toBe(true));
      expect(at(5_000, isHeld)).toBe(true);
      expect(at(10_001, isHeld)).toBe(false);
    });
    expect(intervals.pending).not.toContain(RENEW_MS);
  });

  it('is renewed again after PostgreSQL failed once, and is held until it lapses', async () => {
    const claimed = await take();
    const intervals = freezeTimers('setInterval');
    await claims.whileClaimed(claimed, async (isHeld) => {
      const database = Reflect.get(claims, 'database') as Database;
      database.run = () => Promise.reject(new Error('PostgreSQL is down'));
      intervals.pass(RENEW_MS);
      Reflect.deleteProperty(database, 'run');
      // Nobody else would handle the failure, and it would end the process.
      await bench.sql('select 1');
      expect(isHeld()).toBe(true);
      await lapse();
      intervals.pass(RENEW_MS);
      await eventually(async () => expect(await remaining()).toBeGreaterThan(0));
    });
  });

  it('lasts from when its renewal was asked for, however late PostgreSQL responds', async () => {
    const claimed = await take();
    const intervals = freezeTimers('setInterval');
    const askedAt = 1_000_000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(askedAt);
    await hold(undefined, () => clock.mockRestore());
    await claims.whileClaimed({ ...claimed, takenAt: askedAt - 11_000 }, async (isHeld) => {
      const database = Reflect.get(claims, 'database') as Database;
      const response = Promise.withResolvers<never>();
      database.run = () => response.promise;
      intervals.pass(RENEW_MS);
      Reflect.deleteProperty(database, 'run');
      expect(isHeld()).toBe(false);
      clock.mockReturnValue(askedAt + 9_000);
      response.resolve(true as never);
      await nextTurn();
      expect(isHeld()).toBe(true);
      clock.mockReturnValue(askedAt + 10_000);
      expect(isHeld()).toBe(false);
    });
  });

  it('is lost when the delivery is final, whoever finished it', async () => {
    const claimed = await take();
    const intervals = freezeTimers('setInterval');
    await claims.whileClaimed(claimed, async (isHeld) => {
      await claims.finish({ id, state: 'sent', reason: null });
      intervals.pass(RENEW_MS);
      await eventually(() => expect(isHeld()).toBe(false));
    });
    expect(await row()).toMatchObject({ state: 'sent', claimed_until: null });
  });

  it('of another run makes a job wait for a moment longer than it lasts', async () => {
    await take();
    const postponed = await claims.take(id).catch((error: unknown) => error);
    const { delayMs } = postponed as PostponeJobError;
    expect(delayMs).toBeGreaterThanOrEqual((await remaining()) * 1_000 + 100);
    expect(delayMs).toBeLessThanOrEqual(LEASE_SECONDS * 1_000 + 100);
  });

  it('goes to one of two runs at once', async () => {
    const [one, other] = await Promise.allSettled([claims.take(id), claims.take(id)]);
    expect(one).toMatchObject({ status: 'fulfilled', value: { id, attempt: 1 } });
    expect(other).toMatchObject({ status: 'rejected', reason: { name: 'PostponeJobError' } });
  });

  it('that is released leaves the delivery pending, with the reason', async () => {
    const claimed = await take();
    await claims.release(claimed, 'deferred: 451');
    expect(await row()).toMatchObject({
      state: 'pending',
      claimed_until: null,
      last_error: 'deferred: 451',
      attempts: 1,
    });
    expect((await take()).attempt).toBe(2);
  });
});

describe('a delivery', () => {
  it('is finished together with its task, or not at all', async () => {
    await take();
    await bench.sql(
      `create function notifications.refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`,
    );
    await hold(undefined, () => bench.sql('drop function if exists notifications.refuse cascade'));
    await bench.sql(
      `create trigger refuse before delete on notifications.outbox for each row execute function notifications.refuse()`,
    );
    await expect(claims.finish({ id, state: 'sent', reason: null })).rejects.toThrow('refused');
    expect(await row()).toMatchObject({ state: 'sending' });
    await bench.sql('drop function notifications.refuse cascade');
    await claims.finish({ id, state: 'sent', reason: null });
    expect(await row()).toMatchObject({ state: 'sent' });
    expect(await bench.notes()).toEqual([]);
  });
});

describe('reopening', () => {
  it.each(['failed', 'expired'] as const)('a delivery that is %s and has expired fails', async (state) => {
    await put(state, '-1 second');
    await expect(claims.reopen(id)).rejects.toBeInstanceOf(UnrecoverableJobError);
    expect(await row()).toMatchObject({ state });
  });

  it('one that has not expired makes only it pending, with a task', async () => {
    const other = await bench.deliver(command());
    await eventually(() => bench.delivery(other));
    await bench.sql(`update notifications.deliveries set state = 'failed' where id = ?`, [other]);
    await put('failed', '1 hour');
    await bench.sql('delete from notifications.outbox');
    await claims.reopen(id);
    expect(await row()).toMatchObject({ state: 'pending' });
    expect((await bench.delivery(other)).state).toBe('failed');
    expect(
      await bench.sql(
        `select o.message_id, o.subject = d.user_id as is_about_its_user
           from notifications.outbox as o join notifications.deliveries as d on d.id = o.message_id`,
      ),
    ).toEqual([{ message_id: id, is_about_its_user: true }]);
  });

  it.each(['pending', 'sending', 'sent'] as const)('one that is %s changes nothing', async (state) => {
    await put(state, '1 hour');
    const before = await bench.sql('select xmin, * from notifications.deliveries where id = ?', [id]);
    await claims.reopen(id);
    expect(await bench.sql('select xmin, * from notifications.deliveries where id = ?', [id])).toEqual(
      before,
    );
    expect(await bench.notes()).toEqual([{ message_id: id }]);
  });
});

/** What `isHeld` says so many milliseconds from now. */
function at(ms: number, isHeld: () => boolean): boolean {
  const { now } = performance;
  const then = now.call(performance) + ms;
  performance.now = () => then;
  try {
    return isHeld();
  } finally {
    performance.now = now;
  }
}

async function take(): Promise<ClaimedDelivery> {
  const claimed = await claims.take(id);
  expect(claimed).not.toBeNull();
  return claimed as ClaimedDelivery;
}

async function put(state: DeliveryState, expiresIn: string): Promise<void> {
  await bench.sql(
    'update notifications.deliveries set state = ?, expires_at = now() + ?::interval where id = ?',
    [state, expiresIn, id],
  );
}

async function lapse(): Promise<void> {
  await bench.sql(
    `update notifications.deliveries set claimed_until = now() - interval '1 second' where id = ?`,
    [id],
  );
}

async function row(): Promise<object | undefined> {
  return (await bench.sql('select * from notifications.deliveries where id = ?', [id]))[0];
}

/** How long the claim lasts, in seconds. */
async function remaining(): Promise<number> {
  const [found] = await bench.sql<{ remaining: number }>(
    `select extract(epoch from claimed_until - now())::float8 as remaining
       from notifications.deliveries where id = ?`,
    [id],
  );
  return found?.remaining ?? Number.NaN;
}
