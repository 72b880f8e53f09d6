import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { Sealer } from '#libs/crypto';
import { collectLog } from '../../../test/support/collected-log.js';
import { command, HOUR_MS, useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { eventually } from '../../../test/support/servers.js';
import type { ProviderSlot } from '../channels/index.js';
import { sealDelivery } from './delivery-payload.js';
import { insertDelivery } from './delivery.repository.js';
import { sendMail } from './send-mail.job.js';

const bench = useNotificationsBench({ smtp: 1 });

/** Stores a notification that isn't about an account, and has its job run. */
async function notify({ expiresInMs = HOUR_MS, slot = null as ProviderSlot | null } = {}): Promise<string> {
  const id = v7();
  const { to, data, template } = command();
  const now = Date.now();
  await bench.app.database.transaction(async (em) => {
    await insertDelivery(em, {
      id,
      userId: to.userId,
      template,
      channel: 'email',
      sealed: sealDelivery(bench.app.get(Sealer), id, { to, data, category: 'news' }),
      messageId: `<${id}@id.example.com>`,
      expiresAt: new Date(now + expiresInMs),
      createdAt: new Date(now),
    });
    await em.execute(
      `insert into notifications.outbox (message_id, consumer, type, subject, occurred_at, next_at)
       values (?, ?, ?, ?, now(), now() + interval '1 day')`,
      [id, sendMail.name, sendMail.name, to.userId],
    );
    await em.execute('update notifications.deliveries set rate_slot = ?::jsonb where id = ?', [
      JSON.stringify(slot),
      id,
    ]);
  });
  await bench.jobs.enqueue(sendMail, { deliveryId: id });
  return id;
}

/** The state of a delivery, and how many seconds its task is due in. */
async function stored(id: string) {
  const [row] = await bench.sql<Stored>(
    `select d.state, d.last_error, d.rate_slot, d.held_until, d.tries, d.attempts as runs,
            extract(epoch from o.next_at - now())::float as due, o.attempts as enqueued
       from notifications.deliveries d left join notifications.outbox o on o.message_id = d.id where d.id = ?`,
    [id],
  );
  return row as Stored;
}

interface Stored {
  readonly state: string;
  readonly last_error: string | null;
  readonly rate_slot: ProviderSlot | null;
  readonly held_until: string | null;
  readonly tries: unknown[];
  readonly runs: number;
  readonly due: number | null;
  readonly enqueued: number | null;
}

/** Uses up the rate for two minutes. */
async function sendTwo(): Promise<void> {
  for (const id of [await bench.deliver(command()), await bench.deliver(command())]) {
    await eventually(async () => expect((await stored(id)).state).toBe('sent'));
  }
}

describe('while the rate of its mail server is used up', () => {
  it('an email about an account is sent at once', async () => {
    await sendTwo();
    expect(bench.sink.mails).toHaveLength(2);
    const waits = 'gatehouse_provider_rate_wait_seconds{provider="smtp",rank="ordinary"}';
    expect(await bench.metric(waits)).toBeGreaterThan(110);
  });

  it('a notification is due when it is its turn, and no attempt has failed', async () => {
    await sendTwo();
    const id = await notify();
    await eventually(async () => expect((await stored(id)).last_error).not.toBeNull());
    const held = await stored(id);
    expect(held).toMatchObject({
      state: 'pending',
      last_error: expect.stringMatching(/^it is held until .*Z because of the rate of smtp$/),
      rate_slot: { provider: 'smtp' },
      held_until: null,
      tries: [],
      enqueued: 0,
    });
    expect(held.due).toBeGreaterThan(110);
    expect(held.due).toBeLessThan(121);
    await bench.idle();
    expect(await bench.queue(sendMail.name).getFailedCount()).toBe(0);
    expect(bench.sink.attempts).toBe(2);
    expect(await bench.metric('gatehouse_provider_rate_holds_total{provider="smtp",rank="ordinary"}')).toBe(
      1,
    );
  });

  it('a notification that would be too late expires at once, and says why', async () => {
    const lines = collectLog();
    await sendTwo();
    const id = await notify({ expiresInMs: 60_000 });
    await eventually(async () => expect((await stored(id)).state).toBe('expired'));
    const { last_error: reason, due } = await stored(id);
    expect(reason).toMatch(/^because of the rate of smtp, it could only be sent at .*Z, which is too late$/);
    expect(due).toBeNull();
    await bench.idle();
    expect(await bench.metric('gatehouse_deliveries_expired_total{channel="email"}')).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', text: `delivery ${id} has expired: ${reason}` }),
    );
  });
});

it('a place is given up once it was used, even if the attempt has failed', async () => {
  bench.sink.behave('defer');
  const id = await notify({ slot: { provider: 'smtp', schedule: 1, at: Date.now() } });
  await eventually(async () => expect((await stored(id)).last_error).toMatch(/^deferred: 451/));
  expect(await stored(id)).toMatchObject({ rate_slot: null });
});
