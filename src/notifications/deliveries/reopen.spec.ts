import { expect, it } from '@jest/globals';
import { DeadLetters } from '#libs/dead-letters';
import { command, HOUR_MS, useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { sendMail } from './send-mail.job.js';

const bench = useNotificationsBench();

async function aRefusedDelivery(): Promise<{ id: string; revive: () => Promise<void> }> {
  bench.sink.behave('reject');
  const id = await bench.deliver(command({ expiresInMs: HOUR_MS }));
  // On a busy machine, the way through the inbox, the outbox and SMTP takes seconds.
  await eventually(async () => expect(await deadLetters()).toHaveLength(1), { timeoutMs: 20_000 });
  const [job] = await deadLetters();
  return { id, revive: () => bench.app.get(DeadLetters).revive('send-mail', String(job?.id)) };
}

function deadLetters() {
  return bench.queue('send-mail').getFailed();
}

it('sends a refused mail when someone revives it after fixing the server', async () => {
  const { id, revive } = await aRefusedDelivery();
  bench.sink.behave('accept');
  await revive();
  await eventually(async () =>
    expect(await bench.delivery(id)).toMatchObject({ state: 'sent', sealed: null }),
  );
  expect(bench.sink.mails.map(({ messageId }) => messageId)).toEqual([`<${id}@id.example.com>`]);
  await bench.idle();
  expect(await deadLetters()).toEqual([]);
});

it('returns a revived delivery to the outbox until it is sent, so losing Redis loses no mail', async () => {
  const { id, revive } = await aRefusedDelivery();
  expect(await bench.notes()).toEqual([]);
  bench.sink.behave('defer');
  await revive();
  await eventually(async () => {
    expect(await bench.delivery(id)).toMatchObject({ state: 'pending' });
    expect(await bench.notes()).toEqual([{ message_id: id }]);
  });
  bench.sink.behave('accept');
  await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
  expect(await bench.notes()).toEqual([]);
});

it('expires a delivery whose run died', async () => {
  bench.sink.behave('defer');
  const id = await bench.deliver(command());
  await eventually(async () => expect((await bench.delivery(id)).attempts).toBeGreaterThan(0));
  await bench.queue('send-mail').obliterate({ force: true });
  await bench.sql(
    `update notifications.deliveries
        set state = 'sending', claimed_until = now() - interval '1 second', expires_at = now() - interval '1 second'
      where id = ?`,
    [id],
  );
  await bench.purge();
  expect(await bench.delivery(id)).toMatchObject({ state: 'expired', sealed: null });
});

it('creates a dead letter again when the mail is refused again', async () => {
  const { id, revive } = await aRefusedDelivery();
  await revive();
  await eventually(() => {
    expect(bench.sink.attempts).toBe(2);
  });
  await eventually(async () => expect(await deadLetters()).toHaveLength(1));
  expect(await bench.delivery(id)).toMatchObject({ state: 'failed', sealed: expect.any(String) });
});

it('becomes a dead letter even if its process was killed when the delivery had failed', async () => {
  const { id } = await aRefusedDelivery();
  await bench.queue('send-mail').clean(0, 'failed');
  expect(await deadLetters()).toEqual([]);
  // As Bull does with a job whose lock has expired.
  await bench.jobs.enqueue(sendMail, { deliveryId: id }, { jobId: id });
  await eventually(async () => expect(await deadLetters()).toHaveLength(1));
  const [job] = await deadLetters();
  expect(job).toMatchObject({
    failedReason: `delivery ${id} was not sent: 550 DATA EMESSAGE`,
    attemptsMade: 1,
  });
  expect(bench.sink.attempts).toBe(1);
});

it('keeps an expired delivery failed, says why in the dead letter, and erases its content', async () => {
  const { id, revive } = await aRefusedDelivery();
  await bench.purge();
  expect((await bench.delivery(id)).sealed).not.toBeNull();
  await bench.sql(
    `update notifications.deliveries set expires_at = now() - interval '1 second' where id = ?`,
    [id],
  );
  await bench.purge();
  expect(await bench.delivery(id)).toMatchObject({ state: 'failed', sealed: null });
  // Not again each time, for all 90 days that it's kept.
  const row = () => bench.sql('select xmin, * from notifications.deliveries where id = ?', [id]);
  const erased = await row();
  await bench.purge();
  expect(await row()).toEqual(erased);
  bench.sink.behave('accept');
  await revive();
  await eventually(async () => {
    const [job] = await deadLetters();
    expect(job?.failedReason).toContain('it has expired');
  });
  expect(bench.sink.mails).toEqual([]);
});

it('keeps a delivery failed that has expired, even before its content is erased', async () => {
  const { id, revive } = await aRefusedDelivery();
  await bench.sql(
    `update notifications.deliveries set expires_at = now() - interval '1 second' where id = ?`,
    [id],
  );
  bench.sink.behave('accept');
  await revive();
  await eventually(async () => {
    const [job] = await deadLetters();
    expect(job?.failedReason).toContain('it has expired');
  });
  expect(await bench.delivery(id)).toMatchObject({ state: 'failed', sealed: expect.any(String) });
  expect(await bench.notes()).toEqual([]);
});
