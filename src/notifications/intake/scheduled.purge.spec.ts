import { expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { useNotificationsBench } from '../../../test/support/notifications-bench.js';

const bench = useNotificationsBench();

/** A version of a template that was deleted long ago. */
async function insertVersion(): Promise<string> {
  const id = v7();
  await bench.sql(
    `insert into notifications.template_versions
       (id, template_id, number, category, draft, compiled, published_at, published_by, expires_at)
     values (?, ?, 1, 'general', '{}', '{}', now(), ?, now() - interval '1 day')`,
    [id, v7(), v7()],
  );
  return id;
}

async function insertNotification(daysAgo: number, sendInDays: number | null): Promise<string> {
  const id = v7();
  await bench.sql(
    `insert into notifications.notifications (id, user_id, template, delivery_ids, send_at, created_at)
     values (?, ?, 'x', '{}', now() + ? * interval '1 day', now() - ? * interval '1 day')`,
    [id, v7(), sendInDays, daysAgo],
  );
  return id;
}

it('keeps what a scheduled notification or a broadcast needs, until it is sent', async () => {
  const [scheduled, broadcast, ended] = [await insertVersion(), await insertVersion(), await insertVersion()];
  await insertVersion();
  await bench.sql(
    `insert into notifications.scheduled_notifications (id, user_id, template_version, sealed, send_at)
     values (?, ?, ?, '', now() + interval '1 day')`,
    [v7(), v7(), scheduled],
  );
  for (const [version, state, finished] of [
    [broadcast, 'paused', null],
    [ended, 'completed', new Date().toISOString()],
  ]) {
    await bench.sql(
      `insert into notifications.broadcasts
         (id, state, started_by, template, template_version, sealed, created_at, finished_at)
       values (?, ?, ?, 'x', ?, '', now(), ?)`,
      [v7(), state, v7(), version, finished],
    );
  }
  await bench.purge();
  const left = await bench.sql<{ id: string }>('select id from notifications.template_versions');
  expect(left.map(({ id }) => id).sort()).toEqual([scheduled, broadcast].sort());
});

it('keeps notifications for 90 days after they are sent', async () => {
  const kept = [
    await insertNotification(89, null),
    await insertNotification(91, 1),
    await insertNotification(200, -89),
  ];
  await insertNotification(91, null);
  await insertNotification(200, -91);
  await bench.purge();
  const left = await bench.sql<{ id: string }>('select id from notifications.notifications');
  expect(left.map(({ id }) => id).sort()).toEqual(kept.sort());
});

it('closes a digest that has expired while it was open, so that nothing more goes into it', async () => {
  const [digest, item, user] = [v7(), v7(), v7()];
  for (const [id, task] of [
    [digest, 'send-digest'],
    [item, null],
  ]) {
    await bench.sql(
      `insert into notifications.deliveries
         (id, user_id, notification_id, state, template, channel, task, message_id, expires_at, created_at)
       values (?, ?, ?, 'queued', 'x', 'email', ?, '<x@y>', now() + ? * interval '1 hour', now())`,
      [id, user, v7(), task, id === digest ? -1 : 1],
    );
  }
  await bench.sql(
    `insert into notifications.digests (id, user_id, category, is_open, due_at) values (?, ?, 'x', true, now())`,
    [digest, user],
  );
  await bench.sql(
    'insert into notifications.digest_items (delivery_id, digest_id, created_at) values (?, ?, now())',
    [item, digest],
  );
  await bench.purge();
  expect(await bench.sql('select is_open from notifications.digests')).toEqual([{ is_open: false }]);
  expect(await bench.delivery(item)).toMatchObject({ state: 'expired' });
});
