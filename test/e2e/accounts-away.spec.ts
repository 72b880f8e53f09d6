import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { idOf } from '../support/administration.js';
import type { SignedUp } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { expectSameUsers, renameAt, signUpVerifiedAt, useServicesApart } from '../support/services-apart.js';
import { query } from '../support/stored.js';
import { ORDER_DATA, publishTemplate } from '../support/templates.js';

const TEMPLATE = 'order-shipped';
/** Jobs of a killed process return when their locks expire. */
const AFTER_A_CRASH = { timeoutMs: 40_000 };

jest.setTimeout(90_000);

const apart = useServicesApart();

beforeAll(async () => {
  await publishTemplate(apart.admin, TEMPLATE);
});

async function scheduleFor(user: SignedUp, channels: readonly string[] = ['email']): Promise<string> {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const notification = { recipient: idOf(user), template: TEMPLATE, data: ORDER_DATA, channels, sendAt };
  const { status, body } = await apart.admin.post<{ id: string }>('/notifications', notification);
  expect(status).toBe(202);
  return body.id;
}

/** Its time has come. */
function isDue(id: string): Promise<object[]> {
  return query(
    apart.own.url,
    'update notifications.outbox set next_at = now(), occurred_at = now() where message_id = $1',
    [id],
  );
}

/** Notifications has heard of every change: of one that it hears of later, it can't tell whether its copy has it. */
async function allIsTold(user: SignedUp): Promise<void> {
  await eventually(async () =>
    expect(
      await query(apart.database.url, 'select from accounts.outbox where subject = $1', [idOf(user)]),
    ).toEqual([]),
  );
}

async function sentTo(user: SignedUp): Promise<void> {
  await eventually(() => {
    const subjects = apart.sink.mailsTo(user.email).map(({ subject }) => subject);
    expect(subjects).toContain('Order 4711 is on its way');
  });
}

describe('while accounts is away', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'what was scheduled is sent all the same, to whom the copy says (%s)',
    async (signal) => {
      const users = await Promise.all(Array.from({ length: 8 }, () => signUpVerifiedAt(apart)));
      const ids = await Promise.all(users.map((user) => scheduleFor(user)));
      await expectSameUsers(apart);
      await Promise.all(users.map(allIsTold));
      await apart.api.kill(signal);
      const startedAt = Date.now();
      await Promise.all(ids.map(isDue));
      await Promise.all(users.map(sentTo));
      // One call that takes until its deadline, and no more.
      expect(Date.now() - startedAt).toBeLessThan(8_000);
      await apart.api.restart();
    },
  );

  it('nobody gets what may be for someone else: a change that the copy lacks is waited for', async () => {
    const ada = await signUpVerifiedAt(apart);
    const id = await scheduleFor(ada);
    await expectSameUsers(apart);
    await apart.notifications.kill();
    await renameAt(apart, ada, 'Moved');
    await eventually(async () =>
      expect(
        await query(apart.database.url, 'select from accounts.outbox where subject = $1', [idOf(ada)]),
      ).toEqual([expect.anything()]),
    );
    await apart.api.kill();
    await isDue(id);
    await apart.notifications.restart();
    await eventually(async () => {
      const marked = 'select from notifications.recipients where user_id = $1 and changed_by is not null';
      expect(await query(apart.own.url, marked, [idOf(ada)])).toHaveLength(1);
    }, AFTER_A_CRASH);
    await isDue(id);
    await eventually(() =>
      expect(apart.notifications.logs()).toMatch(/deliver-notification .+ will be retried/),
    );
    expect(apart.sink.mailsTo(ada.email)).toHaveLength(1);
    await apart.api.restart();
    await eventually(() => expect(apart.sink.mailsTo(ada.email)).toHaveLength(2), AFTER_A_CRASH);
    await expectSameUsers(apart);
  });
});
