import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/servers.js';
import { command, useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { type ClaimedDelivery, DeliveryClaims } from './delivery-claims.js';
import { sendMail } from './send-mail.job.js';

const LEASE_SECONDS = 10;

const bench = useNotificationsBench();

describe('a run that sends a mail', () => {
  it('renews its claim before it lapses, so that no other run sends the same mail', async () => {
    const id = await sendingSlowly();
    const { until } = await claim(id);
    const renewed = await eventually(
      async () => {
        const row = await claim(id);
        expect(row.until).toBeGreaterThan(until);
        return row;
      },
      { timeoutMs: (LEASE_SECONDS - 1) * 1000 },
    );
    expect(renewed).toMatchObject({ state: 'sending', attempts: 1 });
    expect(renewed.remaining).toBeGreaterThan(LEASE_SECONDS - 2);
    await bench.jobs.enqueue(sendMail, { deliveryId: id });
    await postponed();
    bench.sink.release();
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(bench.sink.attempts).toBe(1);
  });

  it('no longer touches the delivery once another run has taken it over', async () => {
    const id = await sendingSlowly();
    await takeOver(id);
    // Ends the first run with an unknown outcome, after which it would be retried.
    await bench.sink.stop();
    await bench.sink.start();
    await postponed();
    expect(await claim(id)).toMatchObject({ state: 'sending', attempts: 2, last_error: null });
    expect((await claim(id)).remaining).toBeGreaterThan(LEASE_SECONDS);
  });

  it('comes back when the claim of the other run lapses, and not earlier, which would use up its attempts', async () => {
    const id = await sendingSlowly();
    await takeOver(id);
    await bench.jobs.enqueue(sendMail, { deliveryId: id });
    await postponed();
    const { remaining } = await claim(id);
    expect(remaining).toBeGreaterThan(LEASE_SECONDS);
    expect(Math.abs((await secondsUntilRetry()) - remaining)).toBeLessThan(2);
    bench.sink.release();
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
  });

  it('learns within seconds that another run has taken it over', async () => {
    await bench.queue(sendMail.name).pause();
    const id = await bench.deliver(command());
    const claims = bench.app.get(DeliveryClaims);
    const claimed = await eventually(async () => {
      const taken = await claims.take(id);
      expect(taken).not.toBeNull();
      return taken as ClaimedDelivery;
    });
    await claims.whileClaimed(claimed, async (isHeld) => {
      expect(isHeld()).toBe(true);
      await takeOver(id);
      const timeoutMs = (LEASE_SECONDS - 2) * 1000;
      await eventually(() => expect(isHeld()).toBe(false), { timeoutMs });
    });
    await bench.queue(sendMail.name).resume();
  });

  it('does not renew the claim of the run that has taken it over', async () => {
    const id = await sendingSlowly();
    await takeOver(id);
    const before = await claim(id);
    // Claims are renewed every few seconds. That of a later delivery shows when it has happened.
    const other = await sendingSlowly();
    const { until } = await claim(other);
    await eventually(async () => expect((await claim(other)).until).toBeGreaterThan(until));
    expect((await claim(id)).until).toBe(before.until);
    bench.sink.release();
    await eventually(async () => expect((await bench.delivery(other)).state).toBe('sent'));
  });

  it('does not overwrite the outcome that another run has stored', async () => {
    const id = await sendingSlowly();
    const sentAt = '2026-01-02 03:04:05+00';
    await bench.sql(
      `update notifications.deliveries
          set state = 'sent', attempts = 2, claimed_until = null, sealed = null, sent_at = ? where id = ?`,
      [sentAt, id],
    );
    bench.sink.release();
    await bench.idle();
    expect(await claim(id)).toMatchObject({ state: 'sent', attempts: 2, sent_at: sentAt });
  });
});

describe('a mail that is being sent', () => {
  it('is not expired by the purge', async () => {
    const id = await sendingSlowly();
    await bench.sql(
      `update notifications.deliveries set expires_at = now() - interval '1 minute' where id = ?`,
      [id],
    );
    await bench.purge();
    expect(await claim(id)).toMatchObject({ state: 'sending', attempts: 1 });
    expect((await bench.delivery(id)).sealed).not.toBeNull();
    bench.sink.release();
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
  });

  it('is not sent again if PostgreSQL cannot store right away that it was sent', async () => {
    const id = await sendingSlowly();
    // A sequence keeps counting even if its transaction fails.
    await bench.sql('create sequence notifications.refusals');
    await bench.sql(
      `create function notifications.refuse() returns trigger language plpgsql as
         $$ begin perform nextval('notifications.refusals'); raise 'refused'; end $$`,
    );
    await bench.sql(
      `create trigger refuse before update on notifications.deliveries for each row when (new.state = 'sent')
         execute function notifications.refuse()`,
    );
    bench.sink.release();
    await eventually(async () =>
      expect(await bench.sql('select is_called from notifications.refusals')).toEqual([{ is_called: true }]),
    );
    await bench.sql('drop function notifications.refuse cascade');
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect((await bench.delivery(id)).attempts).toBe(1);
    expect(bench.sink.attempts).toBe(1);
  });
});

/** A delivery whose mail has arrived at a server that doesn't reply yet. */
async function sendingSlowly(): Promise<string> {
  bench.sink.behave('hang');
  const { attempts } = bench.sink;
  const id = await bench.deliver(command());
  await eventually(() => expect(bench.sink.attempts).toBe(attempts + 1));
  bench.sink.behave('accept');
  return id;
}

/** As another run does after the claim of the first one has lapsed. */
async function takeOver(id: string): Promise<void> {
  await bench.sql(
    `update notifications.deliveries
        set attempts = attempts + 1, claimed_until = now() + interval '1 minute' where id = ?`,
    [id],
  );
}

/** Resolves when a run has found the delivery claimed by another one. */
async function postponed(): Promise<void> {
  await eventually(async () => {
    const jobs = await bench.queue(sendMail.name).getDelayed();
    expect(jobs.map(({ failedReason }) => failedReason)).toEqual([
      expect.stringContaining('is claimed by another run'),
    ]);
  });
}

/** How long the postponed run still waits. Bull keeps the due time in the upper bits of the score. */
async function secondsUntilRetry(): Promise<number> {
  const queue = bench.queue(sendMail.name);
  const [, score] = await queue.client.zrange(queue.toKey('delayed'), 0, 0, 'WITHSCORES');
  return (Number(score) / 4_096 - Date.now()) / 1_000;
}

interface ClaimRow {
  readonly state: string;
  readonly attempts: number;
  /** When the claim lapses, in seconds of PostgreSQL's clock. */
  readonly until: number;
  readonly last_error: string | null;
  readonly sent_at: string | null;
  /** Seconds. */
  readonly remaining: number;
}

async function claim(id: string): Promise<ClaimRow> {
  const [row] = await bench.sql<ClaimRow>(
    `select state, attempts, last_error, sent_at, extract(epoch from claimed_until)::float8 as until,
            extract(epoch from claimed_until - now())::float8 as remaining
       from notifications.deliveries where id = ?`,
    [id],
  );
  return row as ClaimRow;
}
