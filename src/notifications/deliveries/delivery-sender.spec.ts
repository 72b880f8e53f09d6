import { describe, expect, it } from '@jest/globals';
import { AccountDirectory } from '#libs/contracts';
import { v7 } from 'uuid';
import { Queues } from '#libs/bull';
import { Sealer } from '#libs/crypto';
import { eventually } from '../../../test/support/servers.js';
import { collectLog } from '../../../test/support/collected-log.js';
import type { Channels } from '../channels/index.js';
import type { ClaimedDelivery, DeliveryClaims } from './delivery-claims.js';
import { sealDelivery } from './delivery-payload.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { sendMail } from './send-mail.job.js';
import { PreferenceCheck } from '../preferences/index.js';
import { SuppressionList } from '../suppressions/index.js';
import { DeliverySender } from './delivery-sender.js';
import { command, HOUR_MS, useNotificationsBench } from '../../../test/support/notifications-bench.js';

const bench = useNotificationsBench();

describe('when SMTP', () => {
  it('is down, sends the mail once it is back, and only once', async () => {
    await bench.sink.stop();
    const id = await bench.deliver(command());
    // Not the delivery's attempts: they count one that has begun and may find the server back.
    const unreachable =
      'gatehouse_delivery_attempts_total{channel="email",provider="smtp",outcome="unreachable"}';
    await eventually(async () => expect(await bench.metric(unreachable)).toBeGreaterThan(2));
    expect((await bench.delivery(id)).attempts).toBeGreaterThan(2);
    expect((await bench.delivery(id)).last_error).toMatch(
      /^unreachable: (circuit open after )?CONN ECONNREFUSED$/,
    );
    await bench.sink.start();
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    await bench.idle();
    expect(bench.sink.attempts).toBe(1);
    // Nobody needs the address and the data any more.
    expect(await bench.delivery(id)).toMatchObject({ sealed: null });
    expect(
      await bench.metric('gatehouse_delivery_attempts_total{channel="email",provider="smtp",outcome="sent"}'),
    ).toBe(1);
  });

  it('defers the mail, retries it', async () => {
    bench.sink.behave('defer');
    const id = await bench.deliver(command());
    await eventually(() => {
      expect(bench.sink.attempts).toBeGreaterThan(1);
    });
    bench.sink.behave('accept');
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(bench.sink.mails).toHaveLength(1);
  });

  it('rejects the mail for good, does not retry it', async () => {
    bench.sink.behave('reject');
    const id = await bench.deliver(command());
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('failed'));
    await bench.idle();
    expect(bench.sink.attempts).toBe(1);
    // Kept, since an operator may retry it.
    const kept = { last_error: '550 DATA EMESSAGE', sent_at: null, sealed: expect.any(String) };
    expect(await bench.delivery(id)).toMatchObject(kept);
    expect(await bench.notes()).toEqual([]);
    const [letter] = await bench.queue('send-mail').getFailed();
    expect(letter?.failedReason).toBe(`delivery ${id} was not sent (refused): 550 DATA EMESSAGE`);
    expect(
      await bench.metric(
        'gatehouse_delivery_attempts_total{channel="email",provider="smtp",outcome="refused"}',
      ),
    ).toBe(1);
    expect(await bench.metric('gatehouse_delivery_seconds_count{channel="email"}')).toBe(0);
  });

  it('refuses the sender, alerts the operator and sends the mail once it is allowed', async () => {
    bench.sink.behave('reject-sender');
    const id = await bench.deliver(command());
    // The outcome that GatehouseMailServerDown is about.
    const unreachable =
      'gatehouse_delivery_attempts_total{channel="email",provider="smtp",outcome="unreachable"}';
    await eventually(async () => expect(await bench.metric(unreachable)).toBeGreaterThan(1));
    expect((await bench.delivery(id)).last_error).toMatch(
      /^unreachable: (circuit open after )?550 5.7.1 MAIL FROM EENVELOPE$/,
    );
    expect(await bench.queue('send-mail').getFailedCount()).toBe(0);
    bench.sink.behave('accept');
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(bench.sink.mails).toHaveLength(1);
    expect(
      await bench.metric(
        'gatehouse_delivery_attempts_total{channel="email",provider="smtp",outcome="refused"}',
      ),
    ).toBe(0);
  });

  it('does not know the recipient, does not retry the mail', async () => {
    bench.sink.behave('reject-recipient');
    const id = await bench.deliver(command());
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('failed'));
    expect(await bench.delivery(id)).toMatchObject({ last_error: '550 5.1.1 RCPT TO EENVELOPE' });
    expect(await bench.queue('send-mail').getFailedCount()).toBe(1);
  });

  it('leaves the outcome unknown, retries with the same Message-ID', async () => {
    bench.sink.behave('drop');
    const id = await bench.deliver(command());
    await eventually(() => {
      expect(bench.sink.attempts).toBe(1);
    });
    bench.sink.behave('accept');
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(bench.sink.mails.map(({ messageId }) => messageId)).toEqual(
      Array(bench.sink.mails.length).fill(`<${id}@id.example.com>`),
    );
    expect(bench.sink.mails.length).toBeGreaterThanOrEqual(2);
  });
});

describe('a delivery', () => {
  it('reports the time since its command when it is sent', async () => {
    const hourAgo = v7({ msecs: Date.now() - HOUR_MS });
    await bench.deliver(command(), hourAgo);
    await eventually(async () => expect((await bench.delivery(hourAgo)).state).toBe('sent'));
    expect(await bench.metric('gatehouse_delivery_seconds_count{channel="email"}')).toBe(1);
    expect(await bench.metric('gatehouse_delivery_seconds_sum{channel="email"}')).toBeGreaterThanOrEqual(
      3_600,
    );
    expect(await bench.metric('gatehouse_delivery_seconds_sum{channel="email"}')).toBeLessThan(3_630);
  });

  it('is sent after the claim of a crashed run expires', async () => {
    await bench.sink.stop();
    const id = await bench.deliver(command());
    await eventually(async () => expect((await bench.delivery(id)).attempts).toBeGreaterThan(0));
    const claim = `update notifications.deliveries set state = 'sending', attempts = attempts + 1,
                   claimed_until = now() + interval '700 milliseconds' where id = '${id}' and state = 'pending' returning 1`;
    await eventually(async () => expect(await bench.sql(claim)).toHaveLength(1));
    const { attempts } = await bench.delivery(id);
    await bench.sink.start();
    const startedAt = Date.now();
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(Date.now() - startedAt).toBeGreaterThan(300);
    expect(await bench.delivery(id)).toMatchObject({ attempts: attempts + 1 });
    expect(bench.sink.mails).toHaveLength(1);
  });

  it('is left alone by a repeated job once it is final', async () => {
    const id = await bench.deliver(command());
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    await bench.jobs.enqueue(sendMail, { deliveryId: id });
    await bench.jobs.enqueue(sendMail, { deliveryId: v7() });
    await bench.idle();
    expect(bench.sink.attempts).toBe(1);
    expect(await bench.queue('send-mail').getFailedCount()).toBe(0);
  });

  it('is not sent after it expires', async () => {
    const lines = collectLog();
    // The purge expires it, too, so wait for the one at the start.
    await eventually(async () =>
      expect(await bench.queue('purge-notifications').getCompletedCount()).toBe(1),
    );
    const id = await bench.deliver(command({ expiresInMs: -1_000 }));
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('expired'));
    expect(bench.sink.attempts).toBe(0);
    expect(await bench.metric('gatehouse_deliveries_expired_total{channel="email"}')).toBe(1);
    expect(await bench.delivery(id)).toMatchObject({ sealed: null });
    expect(await bench.notes()).toEqual([]);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', text: `delivery ${id} expired before it could be sent` }),
    );
  });

  it('fails for good if it cannot be decrypted, as after the loss of a key', async () => {
    const lines = collectLog();
    await bench.queue('send-mail').pause();
    const [id, other] = [await bench.deliver(command()), v7()];
    await eventually(() => bench.delivery(id));
    const foreign = sealDelivery(bench.app.get(Sealer), other, { to: command().to, data: {} });
    await bench.sql('update notifications.deliveries set sealed = ? where id = ?', [foreign, id]);
    await bench.queue('send-mail').resume();
    await eventually(async () => expect(await bench.queue('send-mail').getFailedCount()).toBe(1));
    expect(await bench.delivery(id)).toMatchObject({ state: 'failed', last_error: 'decryption failed' });
    expect(bench.sink.attempts).toBe(0);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        text: expect.stringContaining(`could not decrypt delivery ${id}: `),
      }),
    );
  });

  it('fails for good if its data does not fit its template, and the log keeps the data secret', async () => {
    const lines = collectLog();
    const id = await bench.deliver({ ...command(), data: { link: 'ftp://example.com/a-secret-token' } });
    await eventually(async () => expect(await bench.queue('send-mail').getFailedCount()).toBe(1));
    expect(await bench.delivery(id)).toMatchObject({ state: 'failed', last_error: 'rendering failed' });
    expect(bench.sink.attempts).toBe(0);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        text: `could not render delivery ${id} with the template "verify-email": TypeError`,
      }),
    );
    expect(JSON.stringify(lines)).not.toContain('a-secret-token');
  });

  it('is not counted as having waited less than no time if the clock of its requester was ahead', async () => {
    const ahead = v7({ msecs: Date.now() + HOUR_MS });
    await bench.deliver(command(), ahead);
    await eventually(async () => expect((await bench.delivery(ahead)).state).toBe('sent'));
    expect(await bench.metric('gatehouse_delivery_seconds_sum{channel="email"}')).toBe(0);
  });

  it('is left to its lapsing claim if its outcome cannot be stored before the process ends', async () => {
    const claimed = { id: v7(), sealed: '', template: 'verify-email' } as ClaimedDelivery;
    let stores = 0;
    const claims = {
      take: () => Promise.resolve(claimed),
      hasExpired: () => false,
      whileClaimed: (_: unknown, work: (isHeld: () => boolean) => Promise<unknown>) => work(() => true),
      finish: () => {
        stores += 1;
        return Promise.reject(new Error('PostgreSQL is down'));
      },
    } as unknown as DeliveryClaims;
    const sealer = { openJson: () => ({}) } as unknown as Sealer;
    const sent = { outcome: { kind: 'sent' }, attempts: [] };
    const channels = { find: () => ({ send: () => Promise.resolve(sent) }) } as unknown as Channels;
    const mails = new DeliverySender(
      claims,
      sealer,
      channels,
      bench.app.get(AccountDirectory),
      bench.app.get(PreferenceCheck),
      bench.app.get(SuppressionList),
      bench.app.get(DeliveryMetrics),
    );
    const sending = mails.send(claimed.id, { signal: AbortSignal.abort(), revived: false });
    await expect(sending).rejects.toThrow('PostgreSQL is down');
    expect(stores).toBe(1);
  });

  it('survives the loss of Redis', async () => {
    await bench.queue('send-mail').pause();
    const id = await bench.deliver(command());
    await eventually(async () =>
      expect(await bench.sql('select * from notifications.outbox where attempts > 0')).toHaveLength(1),
    );
    await bench.app.get(Queues).connections.client.flushdb();
    expect(bench.sink.attempts).toBe(0);
    await bench.sql('update notifications.outbox set next_at = now()');
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(bench.sink.mails).toHaveLength(1);
  });
});
