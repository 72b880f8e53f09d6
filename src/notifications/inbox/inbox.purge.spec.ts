import { expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { useNotificationsBench } from '../../../test/support/notifications-bench.js';

const bench = useNotificationsBench();

async function insert(userId: string, daysAgo: number): Promise<string> {
  const id = v7();
  await bench.sql(
    `insert into notifications.inbox_notifications (id, user_id, template, sealed, created_at)
     values (?, ?, 'order-shipped', 'sealed', now() - ? * interval '1 day')`,
    [id, userId, daysAgo],
  );
  await bench.sql(
    `insert into notifications.notifications (id, user_id, template, delivery_ids, sent_by, created_at)
     values (?, ?, 'order-shipped', array[?]::uuid[], ?, now() - ? * interval '1 day')`,
    [id, userId, id, v7(), daysAgo],
  );
  return id;
}

const left = async (table: string): Promise<unknown[]> =>
  (await bench.sql(`select id from notifications.${table} order by id`)).map(
    (row) => (row as { id: string }).id,
  );

it('keeps an inbox for a year and what became of notifications for 90 days, but nothing of deleted users', async () => {
  const user = v7();
  const erased = v7();
  // An earlier release deletes such users without knowing of these tables.
  await bench.sql(
    `insert into notifications.erased_users (user_id, expires_at) values (?, now() + interval '1 day')`,
    [erased],
  );
  await insert(user, 366);
  const old = await insert(user, 364);
  const recent = await insert(user, 89);
  await insert(erased, 1);
  await bench.purge();
  expect(await left('inbox_notifications')).toEqual([old, recent]);
  expect(await left('notifications')).toEqual([recent]);
});

it('keeps versions of templates until nothing is sent with them any more', async () => {
  const insertVersion = async (expires: string): Promise<string> => {
    const id = v7();
    await bench.sql(
      `insert into notifications.template_versions
         (id, template_id, number, category, draft, compiled, published_at, published_by, expires_at)
       values (?, ?, 1, 'general', '{}', '{}', now(), ?, ${expires})`,
      [id, v7(), v7()],
    );
    return id;
  };
  const current = await insertVersion('null');
  const deleted = await insertVersion(`now() + interval '1 day'`);
  await insertVersion(`now() - interval '1 minute'`);
  await bench.purge();
  expect(await left('template_versions')).toEqual([current, deleted]);
});
