import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { aUser, signUp } from '../support/factories.js';
import { useApp } from '../support/use-app.js';

const app = useApp('all');
const { api } = app;

/** `node dist/src/admin.js`, as in the image. @throws with what it printed to stderr */
async function admin(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/src/admin.js', ...args], {
    env: { ...process.env, ...app.env },
  });
  return stdout;
}

function passwordIn(output: string): string {
  return /^Password {2}(\S+)$/m.exec(output)?.[1] ?? '';
}

describe('the admin command', () => {
  it('creates an administrator who can sign in, and lists them', async () => {
    const { email } = aUser();
    const password = passwordIn(await admin('create', email));
    const { status, body } = await api.login({ email, password });
    expect([status, body.user]).toEqual([
      200,
      expect.objectContaining({ email, emailVerified: true, roles: ['user', 'admin'] }),
    ]);
    expect(await admin('list')).toContain(`active     ${email}`);
    await expect(admin('create', email)).rejects.toThrow('Email address already in use');
  });

  it('resets the password of any account, and ends its sessions on every replica at once', async () => {
    const { email, session, api: device, ...user } = await signUp(api);
    expect((await device.me()).status).toBe(200);
    const password = passwordIn(await admin('reset-password', email.toUpperCase()));
    expect((await device.me()).status).toBe(401);
    expect((await api.refresh(session.refreshToken)).status).toBe(401);
    expect((await api.login({ ...user, email })).status).toBe(401);
    expect((await api.login({ email, password })).status).toBe(200);
    await expect(admin('reset-password', aUser().email)).rejects.toThrow('User not found');
  });

  it.each([[[]], [['frobnicate']], [['create']], [['create', 'nobody']], [['list', 'x']], [['--frob']]])(
    'says how to use it when called with %j',
    async (args) => {
      await expect(admin(...args)).rejects.toThrow(/list {16,}lists|must be an email address|Unknown option/);
    },
  );

  it('says which variables are missing', async () => {
    const run = promisify(execFile)(process.execPath, ['dist/src/admin.js', 'list'], {
      env: { PATH: process.env['PATH'] ?? '' },
    });
    await expect(run).rejects.toThrow('DATABASE_URL');
  });
});
