import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 } from 'uuid';
import { useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { mailTask } from '../deliveries/index.js';
import { eraseRecipient, lockRecipient } from '../recipients/index.js';
import { NotificationBatches, type Sending } from './notification-batches.js';
import { NotificationRelease } from './notification-release.js';

const bench = useNotificationsBench();
let batches: NotificationBatches;

/** Tasks stay in the outbox. */
beforeEach(async () => {
  batches = bench.app.get(NotificationBatches);
  await bench.queue(mailTask.job.name).pause();
});

describe('notifications that are sent at once', () => {
  it('share a transaction, except for the first, which waits for nobody', async () => {
    const sendings = [1, 2, 3, 4, 5].map(() => sendingTo(v7()));
    const first = batches.send(sendings[0] as Sending);
    await new Promise((resolve) => setImmediate(resolve));
    const reports = await Promise.all([first, ...sendings.slice(1).map((each) => batches.send(each))]);
    expect(reports.map((report) => report?.id)).toEqual(sendings.map(({ notification }) => notification.id));
    expect(reports).toMatchObject(
      sendings.map(({ user }) => ({
        recipient: user.id,
        state: 'queued',
        deliveries: [{ channel: 'email', state: 'queued' }],
      })),
    );
    const [stored] = await bench.sql<{ transactions: number }>(
      `select count(distinct xmin::text)::int as transactions from notifications.notifications
        where id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[])`,
      [JSON.stringify(reports.map((report) => report?.id))],
    );
    expect(stored).toEqual({ transactions: 2 });
  });

  it('to the same user are all sent', async () => {
    const userId = v7();
    const reports = await Promise.all([1, 2, 3].map(() => batches.send(sendingTo(userId))));
    const ids = reports.flatMap((report) => report?.deliveries.map(({ id }) => id) ?? []);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) {
      expect(await bench.delivery(id)).toMatchObject({ state: 'queued', sent_at: null });
    }
  });

  it('are not sent to those who were deleted', async () => {
    const deleted = v7();
    await bench.app.database.transaction((em) => eraseRecipient(em, deleted, new Date()));
    const [toDeleted, toOther] = await Promise.all([deleted, v7()].map((id) => batches.send(sendingTo(id))));
    expect(toDeleted).toBeNull();
    expect(toOther).toMatchObject({ state: 'queued' });
    expect(await bench.sql('select from notifications.deliveries where user_id = ?', [deleted])).toEqual([]);
  });

  it('do not wait for each other: only one whose recipient is being notified elsewhere waits for the recipient', async () => {
    const busy = v7();
    const locked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const elsewhere = bench.app.database.transaction(async (em) => {
      await lockRecipient(em, busy);
      locked.resolve();
      await gate.promise;
    });
    await locked.promise;
    const events: string[] = [];
    const toBusy = batches.send(sendingTo(busy)).then((report) => {
      events.push('busy');
      return report;
    });
    await batches.send(sendingTo(v7()));
    events.push('free');
    gate.resolve();
    await elsewhere;
    expect(await toBusy).toMatchObject({ recipient: busy, state: 'queued' });
    expect(events).toEqual(['free', 'busy']);
  });

  it('do not fail with one that cannot be stored', async () => {
    const taken = sendingTo(v7());
    const impossible = { ...taken, user: { ...taken.user, id: 'nobody' } };
    const [bad, good] = await Promise.allSettled([
      batches.send({ ...impossible, notification: { ...taken.notification, userId: 'nobody' } }),
      batches.send(sendingTo(v7())),
    ]);
    expect(bad.status).toBe('rejected');
    expect(good).toMatchObject({ status: 'fulfilled', value: { state: 'queued' } });
  });

  it('are each stored as an effect of its own request', async () => {
    const requestIds = ['request-a', 'request-b', 'request-c'];
    const reports = await Promise.all(
      requestIds.map((requestId) =>
        batches.send({ ...sendingTo(v7()), cause: { requestId, traceparent: null } }),
      ),
    );
    for (const [index, report] of reports.entries()) {
      const [task] = await bench.sql('select request_id from notifications.outbox where message_id = ?', [
        report?.deliveries[0]?.id,
      ]);
      expect(task).toEqual({ request_id: requestIds[index] });
    }
  });

  it('are each kept as the response to its own request, in the transaction', async () => {
    const kept: string[] = [];
    const sendings = [1, 2].map(() => ({
      ...sendingTo(v7()),
      keep: jest.fn<Sending['keep']>(async (em, { id }) => {
        expect(em.isInTransaction()).toBe(true);
        kept.push(id);
      }),
    }));
    await Promise.all(sendings.map((each) => batches.send(each)));
    expect(kept.sort()).toEqual(sendings.map(({ notification }) => notification.id).sort());
  });
});

describe('a notification that nothing is sent of', () => {
  it('is stored with the reason', async () => {
    const { notification } = sendingTo(v7());
    const [report] = await bench.app.database.transaction((em) =>
      bench.app
        .get(NotificationRelease)
        .suppress(em, [{ notification, channels: ['email', 'inbox'], reason: 'it was canceled' }]),
    );
    const suppressed = { state: 'suppressed', reason: 'it was canceled', sentAt: null, attempts: [] };
    expect(report).toMatchObject({
      state: 'suppressed',
      deliveries: [
        { ...suppressed, channel: 'email' },
        { ...suppressed, channel: 'inbox' },
      ],
    });
    expect(await bench.notes()).toEqual([]);
  });
});

/** An email. */
function sendingTo(userId: string): Sending {
  return {
    notification: { id: v7(), userId, template: 'order-shipped', createdAt: new Date() },
    content: {
      version: { id: v7(), category: 'orders', defaultLocale: 'en', variables: {}, compiled: {} },
      channels: ['email'],
      data: {},
    },
    user: {
      id: userId,
      version: 1,
      email: 'ada@example.com',
      emailVerified: true,
      displayName: 'Ada',
      locale: 'en',
      timezone: 'UTC',
    },
    inbox: undefined,
    keep: () => Promise.resolve(),
  };
}
