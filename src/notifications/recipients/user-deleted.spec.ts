import { expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { userDeleted } from '#libs/contracts';
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
  await bench.deliver({ deletionId: v7() }, v7(), gone.to.userId, userDeleted.type);
  await eventually(async () =>
    expect(await bench.sql('select id from notifications.deliveries')).toEqual([{ id: kept }]),
  );
  expect(await waitingFor()).toEqual([{ subject: other.to.userId }]);
  await bench.queue('send-mail').resume();
  await eventually(async () => expect((await bench.delivery(kept)).state).toBe('sent'));
  await bench.idle();
  expect(bench.sink.mails.map(({ messageId }) => messageId)).toEqual([`<${kept}@id.example.com>`]);
});
