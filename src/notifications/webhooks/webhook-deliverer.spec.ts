import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eraseUser, userSuspendedEvent } from '#libs/contracts';
import { useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { useWebhookReceiver } from '../../../test/support/webhook-receiver.js';
import { WEBHOOK_TRIES } from './deliver-webhook.job.js';
import { ResumeWebhooksProcessor } from './resume-webhooks.processor.js';
import { WebhookDeliverer } from './webhook-deliverer.js';
import { WebhookDeliveriesService } from './webhook-deliveries.service.js';
import { WebhooksService } from './webhooks.service.js';

const bench = useNotificationsBench();
const receiver = useWebhookReceiver();
/** On another host, as it were: connections to each are limited. */
const elsewhere = useWebhookReceiver();
const CREATOR = v7();
const BY_NOBODY = { actorId: null, impersonatorId: null };
const NEVER = new AbortController().signal;

beforeEach(async () => {
  await bench.sql('delete from notifications.webhooks');
});

interface Created {
  readonly id: string;
  readonly path: string;
}

async function create({ url } = receiver): Promise<Created> {
  const path = `/${v7()}`;
  const { webhook } = await bench.app.get(WebhooksService).create(CREATOR, {
    url: `${url}${path}`,
    events: [userSuspendedEvent.type],
    description: null,
  });
  return { id: webhook.id, path };
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly tries_left: number;
  readonly attempts: readonly { readonly status: number | null; readonly error: string | null }[];
}

const rows = (): Promise<Row[]> =>
  bench.sql<Row>('select id, state, tries_left, attempts from notifications.webhook_deliveries order by id');

const at = ({ path }: Created) => receiver.requests.filter((request) => request.path === path);

/** Something happens that the webhook wants to know. @returns its delivery, once that's in this state */
async function happen(state: string): Promise<Row> {
  const before = (await rows()).length;
  await bench.deliver(BY_NOBODY, v7(), v7(), userSuspendedEvent.type);
  return eventually(async () => {
    const [newest] = (await rows()).slice(before);
    expect(newest?.state).toBe(state);
    return newest as Row;
  });
}

const resume = () =>
  bench.app
    .get(ResumeWebhooksProcessor)
    .process({ startsAt: '' }, { signal: NEVER, attempt: 1, revived: false });

/** As if all attempts since then had failed. */
const failSince = (interval: string) =>
  bench.sql(`update notifications.webhooks set failing_since = now() - ?::interval returning id`, [interval]);

const statusOf = async ({ id }: Created): Promise<string> => {
  const { webhook } = await bench.app.get(WebhooksService).get(id);
  return webhook.enabled ? (webhook.pausedAt ? 'paused' : 'active') : 'disabled';
};

const tasks = () => bench.sql(`select 1 from notifications.outbox where consumer = 'deliver-webhook'`);
const notices = () => bench.sql(`select subject from notifications.outbox where type = 'webhook.stopped'`);

/** A webhook that is paused, and the delivery over which it was. */
async function pausedWebhook(): Promise<{ webhook: Created; held: Row }> {
  const webhook = await create();
  await failSince('61 minutes');
  receiver.answer(webhook.path, 500);
  await happen('held');
  const [held] = await rows();
  return { webhook, held: held as Row };
}

describe('a webhook that keeps failing', () => {
  it('is paused after an hour, holds what happens, and lets its creator know once', async () => {
    const { webhook } = await pausedWebhook();
    expect(await statusOf(webhook)).toBe('paused');
    const calls = at(webhook).length;
    await happen('held');
    expect(at(webhook)).toHaveLength(calls);
    expect(await notices()).toEqual([{ subject: CREATOR }]);
    // Nothing leads to what is held, so it costs nothing.
    await eventually(async () => expect(await tasks()).toEqual([]));
  });

  it('is not paused before, nor by failures from before a success', async () => {
    const webhook = await create();
    await failSince('59 minutes');
    receiver.answer(webhook.path, 500);
    await happen('pending');
    await eventually(() => expect(at(webhook).length).toBeGreaterThan(1));
    expect(await statusOf(webhook)).toBe('active');
    receiver.answer(webhook.path, 204);
    // What was answered before that may still be stored.
    await bench.queue('retry-webhook').pause();
    await eventually(async () => expect(await bench.queue('retry-webhook').getActiveCount()).toBe(0));
    await failSince('61 minutes');
    await bench.queue('retry-webhook').resume();
    await eventually(async () => expect((await rows())[0]?.state).toBe('delivered'));
    receiver.answer(webhook.path, 500);
    await happen('pending');
    expect(await statusOf(webhook)).toBe('active');
    expect(await notices()).toEqual([]);
  });

  it('is tested, and goes on once it answers, with all that it missed', async () => {
    const { webhook, held } = await pausedWebhook();
    await happen('held');
    const calls = at(webhook).length;
    await resume();
    expect(at(webhook)).toHaveLength(calls + 1);
    expect(await statusOf(webhook)).toBe('paused');
    expect((await rows())[0]).toMatchObject({ state: 'held', tries_left: held.tries_left });
    // Its creator knows already.
    expect(await notices()).toEqual([{ subject: CREATOR }]);
    receiver.answer(webhook.path, 204);
    await resume();
    expect(await statusOf(webhook)).toBe('active');
    await resume();
    await eventually(async () =>
      expect((await rows()).map(({ state }) => state)).toEqual(['delivered', 'delivered']),
    );
    expect(new Set(at(webhook).map(({ event }) => event.id)).size).toBe(2);
  });

  it('goes on at once with another URL', async () => {
    const { webhook } = await pausedWebhook();
    const path = `/${v7()}`;
    await bench.app.get(WebhooksService).update(webhook.id, { url: `${receiver.url}${path}` }, () => true);
    await resume();
    await eventually(() => expect(at({ ...webhook, path })).toHaveLength(1));
  });

  it('gets what was pending when it was disabled once it is enabled', async () => {
    const webhook = await create();
    receiver.answer(webhook.path, 500);
    await happen('pending');
    const webhooks = bench.app.get(WebhooksService);
    await webhooks.update(webhook.id, { enabled: false }, () => true);
    await eventually(async () => expect((await rows())[0]?.state).toBe('held'));
    await resume();
    expect((await rows())[0]?.state).toBe('held');
    receiver.answer(webhook.path, 204);
    await webhooks.update(webhook.id, { enabled: true }, () => true);
    await resume();
    await eventually(async () => expect((await rows())[0]?.state).toBe('delivered'));
  });
});

it.each([
  ['that fails without an answer', "failing_since = now() - interval '1 minute'"],
  ['that is slow', 'slow = true'],
])('a webhook %s keeps no other one waiting', async (_, change) => {
  const silent = await create();
  receiver.answer(silent.path, 'never');
  await bench.sql(`update notifications.webhooks set ${change} returning id`);
  for (let number = 1; number <= 40; number += 1) {
    await bench.deliver(BY_NOBODY, v7(), v7(), userSuspendedEvent.type);
  }
  await eventually(async () =>
    expect((await rows()).filter(({ state }) => state === 'sending')).toHaveLength(20),
  );
  const other = await create(elsewhere);
  await bench.deliver(BY_NOBODY, v7(), v7(), userSuspendedEvent.type);
  await eventually(() =>
    expect(elsewhere.requests.filter(({ path }) => path === other.path)).toHaveLength(1),
  );
});

it('a webhook is slow if its latest answer took more than a second', async () => {
  const webhook = await create();
  const isSlow = async () =>
    (await bench.sql<{ slow: boolean }>('select slow from notifications.webhooks'))[0]?.slow;
  receiver.answer(webhook.path, 204, {}, { afterMs: 1_100 });
  await happen('delivered');
  expect(await isSlow()).toBe(true);
  receiver.answer(webhook.path, 204);
  await happen('delivered');
  expect(await isSlow()).toBe(false);
});

describe('a delivery', () => {
  it('fails after its last try, and can be replayed', async () => {
    const webhook = await create();
    receiver.answer(webhook.path, 500);
    const { id } = await happen('pending');
    await eventually(async () => expect((await rows())[0]?.state).toBe('failed'), { timeoutMs: 20_000 });
    expect(at(webhook)).toHaveLength(WEBHOOK_TRIES);
    await eventually(async () => expect(await tasks()).toEqual([]));
    expect(await bench.queue('deliver-webhook').getFailed()).toEqual([]);
    receiver.answer(webhook.path, 204);
    await bench.app.get(WebhookDeliveriesService).replay(webhook.id, id);
    await eventually(async () => expect((await rows())[0]?.state).toBe('delivered'));
  });

  it('is sent by one of two runs at a time, and by another one once that has died', async () => {
    const webhook = await create();
    await bench.queue('deliver-webhook').pause();
    const { id } = await happen('pending');
    await bench.sql(
      `update notifications.webhook_deliveries set state = 'sending', claims = 1, claimed_until = now() + interval '1 minute'`,
    );
    const deliverer = bench.app.get(WebhookDeliverer);
    await deliverer.deliver(id, 'try', NEVER);
    expect(at(webhook)).toEqual([]);
    await bench.sql(
      `update notifications.webhook_deliveries set claimed_until = now() - interval '1 second'`,
    );
    await Promise.all([deliverer.deliver(id, 'try', NEVER), deliverer.deliver(id, 'try', NEVER)]);
    expect(at(webhook)).toHaveLength(1);
    expect((await rows())[0]?.state).toBe('delivered');
    await bench.queue('deliver-webhook').resume();
  });

  it('of a test whose process died is held, and released when its webhook goes on', async () => {
    const { webhook } = await pausedWebhook();
    await bench.sql(
      `update notifications.webhook_deliveries set state = 'sending', claimed_until = now() - interval '6 minutes'`,
    );
    receiver.answer(webhook.path, 204);
    await bench.sql('update notifications.webhooks set paused_at = null, failing_since = null');
    await resume();
    await eventually(async () => expect((await rows())[0]?.state).toBe('delivered'));
  });

  it('is created once for each webhook, however often its event arrives', async () => {
    await create();
    await create();
    const [message, user] = [v7(), v7()];
    await bench.deliver(BY_NOBODY, message, user, userSuspendedEvent.type);
    await eventually(async () => expect(await rows()).toHaveLength(2));
    await bench.sql('delete from notifications.inbox where message_id = ?', [message]);
    await bench.deliver(BY_NOBODY, message, user, userSuspendedEvent.type);
    await eventually(async () => expect(await bench.confirmations()).toHaveLength(2));
    expect(await rows()).toHaveLength(2);
  });

  it('leaves nothing behind when its webhook is deleted', async () => {
    const webhook = await create();
    await bench.queue('deliver-webhook').pause();
    await happen('pending');
    expect(await tasks()).toHaveLength(1);
    await bench.app.get(WebhooksService).delete(webhook.id, () => true);
    expect([await rows(), await tasks()]).toEqual([[], []]);
    await bench.queue('deliver-webhook').resume();
  });

  it('of an event about a user who is then deleted still arrives, even if Redis has lost its job', async () => {
    const webhook = await create();
    await bench.queue('deliver-webhook').pause();
    const user = v7();
    await bench.deliver(BY_NOBODY, v7(), user, userSuspendedEvent.type);
    await eventually(async () => expect(await tasks()).toHaveLength(1));
    const erased = await bench.deliver({ deletionId: v7() }, v7(), user, eraseUser.type);
    await eventually(async () => expect(await bench.confirmations()).toContain(erased));
    expect(await tasks()).toHaveLength(1);
    await bench.queue('deliver-webhook').resume();
    await eventually(() => expect(at(webhook)).toHaveLength(1));
  });

  it('is not tried sooner because the receiver asks for that', async () => {
    const webhook = await create();
    // The delay of these tests is shorter than this one, and that of the application is longer.
    receiver.answer(webhook.path, 503, { 'retry-after': '4' });
    await happen('pending');
    await eventually(() => expect(at(webhook).length).toBeGreaterThan(2), { timeoutMs: 3_000 });
  });

  it('is deleted after 30 days', async () => {
    await create();
    await happen('delivered');
    const { id } = await happen('delivered');
    await bench.sql(
      `update notifications.webhook_deliveries set created_at = now() - case when id = ? then interval '29.9 days' else interval '30.1 days' end`,
      [id],
    );
    await bench.purge();
    expect((await rows()).map((row) => row.id)).toEqual([id]);
  });
});
