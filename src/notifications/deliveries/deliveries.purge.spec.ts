import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { Tick } from '#libs/jobs';
import { collectLog } from '../../../test/support/collected-log.js';
import { eventually } from '../../../test/support/servers.js';
import { command, HOUR_MS, useNotificationsBench } from '../../../test/support/notifications-bench.js';

const bench = useNotificationsBench();

describe('purging notifications', () => {
  it('expires what a run was killed over, but nothing that another one may be sending', async () => {
    await firstRun();
    await bench.queue('send-mail').pause();
    const [killed, claimed] = [await bench.deliver(command()), await bench.deliver(command())];
    await eventually(async () => expect(await bench.notes()).toHaveLength(2));
    await bench.sql(
      `update notifications.deliveries set state = 'sending', expires_at = now() - interval '1 minute',
              claimed_until = now() + case when id = ? then interval '-1 second' else interval '1 minute' end`,
      [killed],
    );
    await bench.purge();
    expect(await bench.delivery(killed)).toMatchObject({
      state: 'expired',
      sealed: null,
      claimed_until: null,
    });
    expect(await bench.delivery(claimed)).toMatchObject({ state: 'sending', sealed: expect.any(String) });
    expect(await bench.notes()).toEqual([{ message_id: claimed }]);
  });

  it('expires overdue deliveries and deletes only old ones', async () => {
    // It would remove some of them itself.
    await firstRun();
    await bench.queue('send-mail').pause();
    const [overdue, other, waiting] = [
      await bench.deliver(command({ expiresInMs: HOUR_MS })),
      await bench.deliver(command({ expiresInMs: HOUR_MS })),
      await bench.deliver(command()),
    ];
    await eventually(async () =>
      expect(
        await bench.sql('select * from notifications.deliveries where id in (?, ?, ?)', [
          overdue,
          other,
          waiting,
        ]),
      ).toHaveLength(3),
    );
    await bench.sql(
      `update notifications.deliveries set expires_at = now() - interval '1 minute' where id in (?, ?)`,
      [overdue, other],
    );
    await insertFinal('sent', 90.01);
    await insertFinal('expired', 90.01);
    await insertFinal('failed', 89.99);
    await insertFinal('failed', 91, 'older');
    await insertFinal('pending', 91, 'older', '1 day');
    const lines = collectLog();
    await bench.sql(
      `insert into notifications.inbox values (?, now() - interval '31 days'), (?, now() - interval '29 days')`,
      [v7(), v7()],
    );
    const before = await bench.sql('select * from notifications.inbox');
    await bench.purge();
    expect(await bench.delivery(overdue)).toMatchObject({ state: 'expired', sealed: null });
    expect(await bench.metric('gatehouse_deliveries_expired_total{channel="email"}')).toBe(2);
    expect(await bench.delivery(waiting)).toMatchObject({ state: 'pending' });
    expect(await bench.notes()).toEqual([{ message_id: waiting }]);
    expect(
      await bench.sql(
        `select * from notifications.deliveries where template in ('old-sent', 'old-expired', 'older-failed')`,
      ),
    ).toHaveLength(0);
    expect(
      await bench.sql(
        `select * from notifications.deliveries where template in ('old-failed', 'older-pending')`,
      ),
    ).toHaveLength(2);
    expect(lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['DeliveriesPurge: 3 removed', 'InboxPurge: 1 removed']),
    );
    expect(await bench.sql('select * from notifications.inbox')).toHaveLength(before.length - 1);
  });

  it('runs on its own schedule', async () => {
    await firstRun();
    const [job] = await bench.queue('purge-notifications').getCompleted();
    expect(Object.keys(job?.data as Tick)).toEqual(['startsAt']);
  });
});

/** The purge that follows a start. */
async function firstRun(): Promise<void> {
  await eventually(async () => expect(await bench.queue('purge-notifications').getCompletedCount()).toBe(1));
}

async function insertFinal(state: string, daysAgo: number, age = 'old', expiresIn = '0'): Promise<void> {
  await bench.sql(
    `insert into notifications.deliveries (id, user_id, template, channel, state, message_id, expires_at, created_at)
     values (?, ?, ?, 'mail', ?, '<x@y>', now() + ?::interval, now() - ? * interval '1 day')`,
    [randomUUID(), randomUUID(), `${age}-${state}`, state, expiresIn, daysAgo],
  );
}
