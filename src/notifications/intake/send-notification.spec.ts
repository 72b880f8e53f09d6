import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { notifications } from '#libs/contracts';
import { eventually } from '../../../test/support/servers.js';
import { command, LINK, useNotificationsBench } from '../../../test/support/notifications-bench.js';

const bench = useNotificationsBench();

describe('the command send-notification', () => {
  it('becomes a mail whose id derives from the command, and leaves no secret behind', async () => {
    const id = await bench.deliver(command());
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(bench.sink.mails).toHaveLength(1);
    expect(bench.sink.mails[0]).toMatchObject({
      envelope: { to: ['ada@example.com'] },
      messageId: `<${id}@id.example.com>`,
      subject: 'Confirm your email address',
      text: expect.stringContaining(LINK),
    });
    expect(await bench.delivery(id)).toMatchObject({
      sealed: null,
      claimed_until: null,
      last_error: null,
      attempts: 1,
    });
    const { sent_at: sentAt } = await bench.delivery(id);
    expect(Math.abs(Date.parse(sentAt ?? '') - Date.now())).toBeLessThan(60_000);
    expect(await bench.notes()).toEqual([]);
  });

  it('becomes a delivery to its recipient, and a task about that user', async () => {
    await bench.queue('send-mail').pause();
    const { to, expiresAt, ...rest } = command();
    const id = await bench.deliver({ to, expiresAt, ...rest });
    await eventually(async () => expect(await bench.notes()).toEqual([{ message_id: id }]));
    const [row] = await bench.sql<{ created_at: string; expires_at: string }>(
      'select * from notifications.deliveries where id = ?',
      [id],
    );
    expect(row).toMatchObject({
      user_id: to.userId,
      template: 'verify-email',
      channel: 'email',
      message_id: `<${id}@id.example.com>`,
      state: 'pending',
    });
    expect(JSON.stringify(row)).not.toContain('ada@example.com');
    expect(new Date(row?.expires_at ?? '').toISOString()).toBe(expiresAt);
    expect(Math.abs(Date.parse(row?.created_at ?? '') - Date.now())).toBeLessThan(60_000);
    expect(
      await bench.sql('select consumer, subject, sealed from notifications.outbox where message_id = ?', [
        id,
      ]),
    ).toEqual([{ consumer: 'send-mail', subject: to.userId, sealed: null }]);
  });

  it('that arrives again after its inbox record is gone has no effect, and leaves no task behind', async () => {
    const id = await bench.deliver(command());
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    await bench.sql('delete from notifications.inbox where message_id = ?', [id]);
    await bench.deliver(command(), id);
    await eventually(async () => expect(await bench.confirmations()).toEqual([id, id]));
    await bench.idle();
    expect(await bench.notes()).toEqual([]);
    expect(bench.sink.attempts).toBe(1);
  });

  it("is sent in the recipient's language", async () => {
    await bench.deliver(command({ locale: 'de-AT' }));
    await eventually(() => {
      expect(bench.sink.mails[0]?.subject).toBe('Bestätigen Sie Ihre E-Mail-Adresse');
    });
  });

  it('takes effect once, however often it arrives, and is confirmed each time', async () => {
    const id = v7();
    await bench.deliver(command(), id);
    await eventually(() => {
      expect(bench.sink.mails).toHaveLength(1);
    });
    await bench.deliver(command(), id);
    await eventually(async () => expect(await bench.confirmations()).toEqual([id, id]));
    await bench.idle();
    expect(bench.sink.attempts).toBe(1);
  });

  it('is retried while it is invalid in this release, without revealing its content', async () => {
    const valid = command();
    await bench.deliver({ ...valid, to: { ...valid.to, email: 'ada at example.com' } });
    const job = await eventually(async () => {
      const [found] = await bench.queue(notifications.deliver.name).getDelayed();
      expect(found?.attemptsMade).toBeGreaterThan(0);
      return found;
    });
    expect(job?.failedReason).toBe('in this release, not a valid SendNotification: to.email (isEmail)');
    expect(JSON.stringify(job)).not.toContain('ada at example.com');
    expect(bench.sink.attempts).toBe(0);
  });

  it('is retried while its template is unknown, as happens when a new release rolls out', async () => {
    const id = await bench.deliver({ ...command(), template: 'of-the-next-release' });
    await eventually(async () => {
      const jobs = await bench.queue(notifications.deliver.name).getDelayed();
      const job = jobs.find(({ data }) => (data as { messageId: string }).messageId === id);
      expect(job?.attemptsMade).toBeGreaterThan(1);
      expect(job?.failedReason).toBe('unknown template "of-the-next-release" in this release');
    });
    expect(await bench.confirmations()).toEqual([]);
  });
});
