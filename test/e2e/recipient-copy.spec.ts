import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { idOf } from '../support/administration.js';
import { type SignedUp, signUp } from '../support/factories.js';
import { ownPort } from '../support/own-port.js';
import { eventually } from '../support/servers.js';
import {
  copiedUsers,
  expectSameUsers,
  renameAt,
  signUpVerifiedAt,
  useServicesApart,
} from '../support/services-apart.js';
import { query } from '../support/stored.js';

/** So many that a rebuild takes several batches. */
const SEEDED = 3_000;
/** Jobs of a killed process return when their locks expire. */
const AFTER_A_CRASH = { timeoutMs: 40_000 };

jest.setTimeout(90_000);

const apart = useServicesApart({ DELETION_GRACE_DAYS: '0' });

/** Runs a command as an operator does. @throws with what it printed to stderr */
async function run(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [`dist/src/${command}.js`, ...args], {
    env: { ...process.env, ...apart.api.env },
  });
  return stdout;
}

async function isDeleted(user: SignedUp): Promise<void> {
  expect((await apart.admin.delete(`/users/${idOf(user)}`)).status).toBe(202);
}

async function rebuilds() {
  return query<{ id: string; users_done: number; finished_at: Date | null }>(
    apart.own.url,
    'select id, users_done, finished_at from notifications.recipient_rebuilds order by id',
  );
}

async function rebuilt(): Promise<void> {
  await eventually(async () => {
    expect((await rebuilds()).map(({ finished_at }) => finished_at)).toEqual([expect.any(Date)]);
  }, AFTER_A_CRASH);
}

describe('the copy of users that notifications has', () => {
  it('is filled as soon as there are none in it, and follows every change', async () => {
    await rebuilt();
    const [ada, eve] = [await signUpVerifiedAt(apart), await signUp(apart.api.api)];
    await renameAt(apart, ada, 'Ada');
    expect((await apart.admin.patch(`/users/${idOf(eve)}`, { locale: 'de' })).status).toBe(200);
    await expectSameUsers(apart);
    await isDeleted(eve);
    await eventually(async () =>
      expect((await copiedUsers(apart)).map(({ id }) => id)).not.toContain(idOf(eve)),
    );
    await expectSameUsers(apart);
  });

  it('has nothing that can be read without the keys', async () => {
    const ada = await signUpVerifiedAt(apart);
    await renameAt(apart, ada, 'Augusta');
    await expectSameUsers(apart);
    const rows = JSON.stringify(await query(apart.own.url, 'select * from notifications.recipients'));
    expect(['Augusta', ada.email].filter((text) => rows.includes(text))).toEqual([]);
  });

  it.each(['worker', 'notifications'] as const)('catches up after %s was down', async (name) => {
    const [ada, eve] = [await signUpVerifiedAt(apart), await signUpVerifiedAt(apart)];
    await apart[name].kill();
    await renameAt(apart, ada, 'Countess');
    await isDeleted(eve);
    await signUp(apart.api.api);
    await apart[name].restart();
    await expectSameUsers(apart, AFTER_A_CRASH);
  });

  it('is the same as accounts after a rebuild that is killed, while users come, change and go', async () => {
    const [ada, eve] = [await signUpVerifiedAt(apart), await signUpVerifiedAt(apart)];
    // Neither of them publishes events.
    await run('seed', '--users', String(SEEDED));
    await query(apart.database.url, 'delete from accounts.users where id = $1', [idOf(eve)]);
    expect(await run('admin', 'rebuild-recipients')).toMatch(/^The rebuild begins/);
    expect(await run('admin', 'rebuild-recipients')).toMatch(/^(A rebuild is running|The rebuild begins)/);
    await eventually(async () => {
      const running = (await rebuilds()).find(({ finished_at }) => finished_at === null);
      expect(running?.users_done).toBeGreaterThan(0);
    });
    await apart.notifications.kill();
    await renameAt(apart, ada, 'Lovelace');
    const newcomers = await Promise.all(Array.from({ length: 5 }, () => signUp(apart.api.api)));
    await isDeleted(newcomers[0] as SignedUp);
    await apart.notifications.restart();
    await renameAt(apart, newcomers[1] as SignedUp, 'Grace');
    await isDeleted(newcomers[2] as SignedUp);
    await rebuilt();
    await expectSameUsers(apart);
    // It went on where it was.
    const [{ users_done } = { users_done: 0 }] = await rebuilds();
    expect(users_done).toBeLessThan(SEEDED + 100);
  });
});

describe('when accounts is asked in the same process again', () => {
  it('the copy is deleted, and the command says that there is none', async () => {
    await apart.notifications.kill();
    await apart.start('notifications', {
      NOTIFICATIONS_DATABASE_URL: apart.own.url,
      GRPC_PORT: String(await ownPort()),
    });
    await eventually(
      async () =>
        expect([
          await query(apart.own.url, 'select from notifications.recipients'),
          await rebuilds(),
        ]).toEqual([[], []]),
      { timeoutMs: 70_000 },
    );
    await expect(run('admin', 'rebuild-recipients')).rejects.toThrow('There is no copy of users');
  });
});
