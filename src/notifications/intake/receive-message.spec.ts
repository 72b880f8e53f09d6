import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MessageData } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { eventually } from '../../../test/support/servers.js';
import { command, LINK, snapshot, useNotificationsBench } from '../../../test/support/notifications-bench.js';

const bench = useNotificationsBench();

describe('the command send-notification', () => {
  it('becomes a mail whose id derives from the command, and leaves no secret behind', async () => {
    const id = await bench.deliver('send-notification', command());
    await eventually(async () => expect((await bench.delivery(id)).state).toBe('sent'));
    expect(bench.sink.mails).toHaveLength(1);
    expect(bench.sink.mails[0]).toMatchObject({
      envelope: { to: ['ada@example.com'] },
      messageId: `<${id}@id.example.com>`,
      subject: 'Confirm your e-mail address',
      text: expect.stringContaining(LINK),
    });
    expect(await bench.delivery(id)).toMatchObject({
      sealed: null,
      claimed_until: null,
      last_error: null,
      attempts: 1,
    });
    expect(await bench.notes()).toEqual([]);
  });

  it("is sent in the recipient's language", async () => {
    await bench.deliver('send-notification', command({ locale: 'de-AT' }));
    await eventually(() => {
      expect(bench.sink.mails[0]?.subject).toBe('Bestätigen Sie Ihre E-Mail-Adresse');
    });
  });

  it('takes effect once, however often it arrives, and is confirmed each time', async () => {
    const id = v7();
    await bench.deliver('send-notification', command(), id);
    await eventually(() => {
      expect(bench.sink.mails).toHaveLength(1);
    });
    await bench.deliver('send-notification', command(), id);
    await eventually(async () => expect(await bench.confirmations()).toEqual([id, id]));
    await bench.idle();
    expect(bench.sink.attempts).toBe(1);
  });

  it('becomes a dead letter at once when it is invalid, without revealing its content', async () => {
    const bad = { ...command(), template: 'ada@example.com' } as unknown as MessageData<'send-notification'>;
    await bench.deliver('send-notification', bad);
    const [letter] = await eventually(async () => {
      const found = await bench.queue('deliver-to-notifications').getFailed();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(letter).toMatchObject({
      attemptsMade: 1,
      failedReason: 'not a valid SendNotification: template (isIn)',
    });
    expect(JSON.stringify(letter)).not.toContain('ada@example.com');
  });
});

describe('user events', () => {
  it('keep the recipient up to date in any order of arrival', async () => {
    const userId = v7();
    await bench.deliver('user.updated', snapshot({ version: 3, displayName: 'Ada L.' }), v7(), userId);
    await eventually(async () => expect(await recipients(userId)).toHaveLength(1));
    await bench.deliver('user.registered', snapshot({ version: 1, displayName: 'Ada' }), v7(), userId);
    await eventually(async () => expect(await bench.confirmations()).toHaveLength(2));
    expect(await recipients(userId)).toMatchObject([
      { version: 3, display_name: 'Ada L.', email_verified: false },
    ]);
    await bench.deliver('user.email-verified', snapshot({ version: 4, emailVerified: true }), v7(), userId);
    await eventually(async () =>
      expect(await recipients(userId)).toMatchObject([{ version: 4, email_verified: true }]),
    );
    const [row] = await recipients(userId);
    expect(JSON.stringify(row)).not.toContain('ada@example.com');
    expect(bench.app.get(Sealer).open(row?.email ?? '', `recipient:${userId}:email`)).toBe('ada@example.com');
  });
});

interface RecipientRow {
  readonly version: number;
  readonly email: string;
}

function recipients(userId: string): Promise<RecipientRow[]> {
  return bench.sql('select * from notifications.recipients where user_id = ?', [userId]);
}
