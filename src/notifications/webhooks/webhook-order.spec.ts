import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { Queues } from '#libs/bull';
import { userSuspendedEvent } from '#libs/contracts';
import { useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { useWebhookReceiver } from '../../../test/support/webhook-receiver.js';
import { WEBHOOK_TRIES } from './deliver-webhook.job.js';
import { ResumeWebhooksProcessor } from './resume-webhooks.processor.js';
import { WebhookDeliveriesService } from './webhook-deliveries.service.js';
import type { WebhookOrdering } from './webhook.entity.js';
import { WebhooksService } from './webhooks.service.js';

const bench = useNotificationsBench();
const receiver = useWebhookReceiver();
const BY_NOBODY = { actorId: null, impersonatorId: null };
const NEVER = new AbortController().signal;

interface Created {
  readonly id: string;
  readonly path: string;
}

let webhook: Created;

beforeEach(async () => {
  await bench.sql('delete from notifications.webhooks');
  webhook = await create('subject');
});

async function create(ordering?: WebhookOrdering): Promise<Created> {
  const path = `/${v7()}`;
  const created = await bench.app.get(WebhooksService).create(v7(), {
    url: `${receiver.url}${path}`,
    events: [userSuspendedEvent.type],
    description: null,
    ordering,
  });
  return { id: created.webhook.id, path };
}

/** Publishes events about a subject. @returns their IDs, in their order */
async function publish(subject: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => v7());
  for (const id of ids) {
    await bench.deliver(BY_NOBODY, id, subject, userSuspendedEvent.type);
  }
  return ids;
}

/** What has arrived about a subject, in the order of arrival. Attempts to send the same event in a row count once. */
const arrived = (subject: string): string[] =>
  receiver.requests
    .filter(({ path, event }) => path === webhook.path && event.subject === subject)
    .map(({ event }) => event.id)
    .filter((id, index, ids) => id !== ids[index - 1]);

const statesOf = async (subject: string): Promise<string[]> => {
  const rows = await bench.sql<{ state: string }>(
    'select state from notifications.webhook_deliveries where subject = ? order by event_id',
    [subject],
  );
  return rows.map(({ state }) => state);
};

const tasksOf = (subject: string) =>
  bench.sql(`select 1 from notifications.outbox where type like '%-webhook' and subject = ?`, [subject]);

/** Resolves when all these events but the first, which fails, wait without a task. */
async function waitInLine(subject: string, count: number): Promise<void> {
  await eventually(
    async () => {
      expect(arrived(subject)).toHaveLength(1);
      expect(await statesOf(subject)).toHaveLength(count);
      expect(await tasksOf(subject)).toHaveLength(1);
    },
    { timeoutMs: 15_000 },
  );
}

const resume = () =>
  bench.app
    .get(ResumeWebhooksProcessor)
    .process({ startsAt: '' }, { signal: NEVER, attempt: 1, revived: false });

const setOrdering = (ordering: WebhookOrdering) =>
  bench.app.get(WebhooksService).update(webhook.id, { ordering }, () => true);

describe('a webhook with an order by subject', () => {
  it('gets the events about each subject in their order, however they were received', async () => {
    const [one, other] = [v7(), v7()];
    const [first = '', ...later] = Array.from({ length: 8 }, () => v7());
    const unordered = await create();
    for (const id of later.toReversed()) {
      await bench.deliver(BY_NOBODY, id, one, userSuspendedEvent.type);
    }
    await eventually(() =>
      expect(receiver.requests.filter(({ path }) => path === unordered.path)).toHaveLength(later.length),
    );
    await bench.deliver(BY_NOBODY, first, one, userSuspendedEvent.type);
    const others = await publish(other, 4);
    await eventually(() => expect(arrived(one)).toHaveLength(8), { timeoutMs: 20_000 });
    await eventually(() => expect(arrived(other)).toHaveLength(4));
    expect(arrived(one)).toEqual([first, ...later]);
    expect(arrived(other)).toEqual(others);
  });

  it('holds back what is behind an event that fails, but nothing about others', async () => {
    const [one, other] = [v7(), v7()];
    receiver.answer(webhook.path, 500);
    const ids = await publish(one, 5);
    await waitInLine(one, 5);
    await eventually(() =>
      expect(receiver.requests.filter(({ event }) => event.id === ids[0]).length).toBeGreaterThan(2),
    );
    expect(arrived(one)).toEqual([ids[0]]);
    expect(await statesOf(one)).toEqual(expect.arrayContaining(['pending', 'pending', 'pending', 'pending']));
    const others = await publish(other, 1);
    await eventually(() => expect(arrived(other)).toEqual(others), { timeoutMs: 10_000 });
    receiver.answer(webhook.path, 204);
    await eventually(() => expect(arrived(one)).toEqual(ids), { timeoutMs: 20_000 });
  });

  it('keeps the order with two processes, of which one is killed, while the server fails', async () => {
    const subjects = [v7(), v7(), v7()];
    const killed = await bench.startAnother();
    receiver.answer(webhook.path, 500);
    const published = await Promise.all(subjects.map((subject) => publish(subject, 6)));
    await Promise.all(subjects.map((subject) => waitInLine(subject, 6)));
    receiver.answer(webhook.path, 'never');
    await eventually(async () =>
      expect((await Promise.all(subjects.map(statesOf))).map(([first]) => first)).toEqual([
        'sending',
        'sending',
        'sending',
      ]),
    );
    // What Redis sees of a kill: the connections end, and nobody renews the locks.
    killed.get(Queues).connections.close();
    receiver.answer(webhook.path, 204, {}, { afterMs: 20 });
    // As if the leases of a minute were over. What the first process is at isn't answered either.
    await bench.sql(
      `update notifications.webhook_deliveries set claimed_until = now() where state = 'sending'`,
    );
    await eventually(
      async () =>
        expect((await Promise.all(subjects.map(statesOf))).flat()).toEqual(
          Array.from({ length: 18 }, () => 'delivered'),
        ),
      { timeoutMs: 60_000 },
    );
    expect(subjects.map(arrived)).toEqual(published);
  }, 90_000);

  it('sends one at a time, even if an earlier event was received after a later one was sent', async () => {
    const subject = v7();
    const [earlier, later] = [v7(), v7()];
    receiver.answer(webhook.path, 204, {}, { afterMs: 4_000 });
    await bench.deliver(BY_NOBODY, later, subject, userSuspendedEvent.type);
    await eventually(() => expect(arrived(subject)).toEqual([later]), { timeoutMs: 10_000 });
    await bench.deliver(BY_NOBODY, earlier, subject, userSuspendedEvent.type);
    await eventually(() => expect(arrived(subject)).toEqual([later, earlier]), { timeoutMs: 15_000 });
    expect(await statesOf(subject)).toEqual(['sending', 'delivered']);
  });

  it('goes on with the next event when one is given up, which can then be replayed', async () => {
    const subject = v7();
    receiver.answer(webhook.path, 500);
    const ids = await publish(subject, 2);
    await eventually(async () => expect((await statesOf(subject))[0]).toBe('failed'), { timeoutMs: 20_000 });
    receiver.answer(webhook.path, 204);
    await eventually(async () => expect(await statesOf(subject)).toEqual(['failed', 'delivered']), {
      timeoutMs: 10_000,
    });
    expect(receiver.requests.filter(({ event }) => event.id === ids[0])).toHaveLength(WEBHOOK_TRIES);
    const [first] = await bench.sql<{ id: string }>(
      'select id from notifications.webhook_deliveries where event_id = ?',
      [ids[0]],
    );
    await bench.app.get(WebhookDeliveriesService).replay(webhook.id, first?.id ?? '');
    await eventually(async () => expect(await statesOf(subject)).toEqual(['delivered', 'delivered']));
    expect(arrived(subject)).toEqual([...ids, ids[0]]);
  });

  it('is tested while it is paused, and then goes on in order', async () => {
    const subject = v7();
    receiver.answer(webhook.path, 500);
    const ids = await publish(subject, 3);
    await waitInLine(subject, 3);
    await bench.sql(
      `update notifications.webhooks set failing_since = now() - interval '61 minutes' returning id`,
    );
    await eventually(async () => expect((await statesOf(subject))[0]).toBe('held'));
    receiver.answer(webhook.path, 204);
    await resume();
    await eventually(() => expect(arrived(subject)).toEqual(ids));
  });

  it('goes on if the event that others waited for is deleted', async () => {
    const subject = v7();
    receiver.answer(webhook.path, 500);
    const ids = await publish(subject, 3);
    await waitInLine(subject, 3);
    await bench.queue('retry-webhook').pause();
    await bench.sql('delete from notifications.outbox where subject = ?', [subject]);
    await bench.sql('delete from notifications.webhook_deliveries where event_id = ?', [ids[0]]);
    receiver.answer(webhook.path, 204);
    await resume();
    expect(arrived(subject)).toEqual(ids.slice(0, 1));
    await bench.sql(`update notifications.webhook_deliveries set created_at = now() - interval '6 minutes'`);
    await resume();
    await bench.queue('retry-webhook').resume();
    await eventually(() => expect(arrived(subject)).toEqual(ids));
  });
});

describe('changing the order of a webhook', () => {
  it('to none sends what has waited, within a minute', async () => {
    const subject = v7();
    receiver.answer(webhook.path, 500);
    const ids = await publish(subject, 4);
    await waitInLine(subject, 4);
    await setOrdering('none');
    await resume();
    await eventually(() => expect(new Set(arrived(subject))).toEqual(new Set(ids)));
    receiver.answer(webhook.path, 204);
    await eventually(async () => expect(new Set(await statesOf(subject))).toEqual(new Set(['delivered'])));
  });

  it('to subject puts what waits in order', async () => {
    webhook = await create();
    const subject = v7();
    await Promise.all(['deliver-webhook', 'retry-webhook'].map((name) => bench.queue(name).pause()));
    const ids = await publish(subject, 6);
    await eventually(async () => expect(await tasksOf(subject)).toHaveLength(12));
    await bench.sql('delete from notifications.webhooks where id <> ?', [webhook.id]);
    await setOrdering('subject');
    receiver.answer(webhook.path, 204, {}, { afterMs: 30 });
    await Promise.all(['deliver-webhook', 'retry-webhook'].map((name) => bench.queue(name).resume()));
    await eventually(() => expect(arrived(subject)).toHaveLength(6), { timeoutMs: 15_000 });
    expect(arrived(subject)).toEqual(ids);
  });
});

it('a webhook without an order sends an event at once, even if an earlier one fails', async () => {
  await bench.sql('delete from notifications.webhooks');
  webhook = await create();
  const subject = v7();
  receiver.answer(webhook.path, 500);
  const ids = await publish(subject, 3);
  await eventually(() => expect(new Set(arrived(subject))).toEqual(new Set(ids)), { timeoutMs: 1_900 });
});
