import { expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eraseUser } from '#libs/contracts';
import { command, useNotificationsBench } from '../../../test/support/notifications-bench.js';
import { eventually } from '../../../test/support/servers.js';

const bench = useNotificationsBench();

/** Whom the mails are for that wait to be sent. */
function waitingFor(): Promise<object[]> {
  return bench.sql(
    `select subject from notifications.outbox where consumer = 'send-mail' order by message_id`,
  );
}

it('takes mails back that wait for a deleted user, with the tasks to send them, and those of nobody else', async () => {
  await bench.queue('send-mail').pause();
  const [gone, other] = [command(), command()];
  await bench.deliver(gone);
  const kept = await bench.deliver(other);
  await eventually(async () => expect(await waitingFor()).toHaveLength(2));
  // What other services wait for is no mail.
  const message = v7();
  await bench.sql(
    `insert into notifications.outbox (message_id, consumer, type, subject, occurred_at, sealed, next_at)
     values (?, 'accounts', 'user.erased', ?, now(), 'sealed', now() + interval '1 hour')`,
    [message, gone.to.userId],
  );
  await bench.deliver({ deletionId: v7() }, v7(), gone.to.userId, eraseUser.type);
  await eventually(async () =>
    expect(await bench.sql('select id from notifications.deliveries')).toEqual([{ id: kept }]),
  );
  expect(await waitingFor()).toEqual([{ subject: other.to.userId }]);
  expect(
    await bench.sql('delete from notifications.outbox where message_id = ? returning 1 as kept', [message]),
  ).toEqual([{ kept: 1 }]);
  await bench.queue('send-mail').resume();
  await eventually(async () => expect((await bench.delivery(kept)).state).toBe('sent'));
  await bench.idle();
  expect(bench.sink.mails.map(({ messageId }) => messageId)).toEqual([`<${kept}@id.example.com>`]);
});
