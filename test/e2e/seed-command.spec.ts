import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { ListBody, UserBody } from '../support/client.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

const { admin, api, env } = useApp('api', WITH_ADMIN);

/** `node dist/src/seed.js`. @throws with what it printed to stderr */
async function seed(args: string[], settings: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/src/seed.js', ...args], {
    env: { ...process.env, ...env, ...settings },
  });
  return stdout;
}

describe('the seed command', () => {
  it('adds users who can be found and can sign in, and only those that are missing', async () => {
    expect(await seed(['--users', '30'])).toMatch(
      /^30 users added in \d+ s\. Their password is "seven brave otters"\.\n$/,
    );
    expect(await seed(['--users', '50', '--password', 'nine brave otters'])).toContain('20 users added');
    const login = { email: 'seed-50@acme.example', password: 'nine brave otters' };
    // The fiftieth is suspended.
    expect((await api.login(login)).status).toBe(401);
    expect((await api.login({ ...login, email: 'seed-49@acme.example' })).status).toBe(200);
    const found = await admin.get<ListBody<UserBody>>('/users?q=brave&limit=100');
    expect(found.body.items.map(({ email }) => email)).toContain('seed-40@acme.example');
    const suspended = await admin.get<ListBody<UserBody>>('/users?role=user&status=suspended');
    expect(suspended.body.items.map(({ email }) => email)).toEqual(['seed-50@acme.example']);
    const { body } = await admin.get<ListBody<UserBody>>('/users?sort=createdAt&emailDomain=acme.example');
    expect(body.items.map(({ email }) => email).slice(0, 2)).toEqual([
      'seed-1@acme.example',
      'seed-2@acme.example',
    ]);
  });

  it.each([[[]], [['--users', '0']], [['--users', 'many']], [['--users', '20000000']], [['--frob']]])(
    'says how to use it when called with %j',
    async (args) => {
      await expect(seed(args)).rejects.toThrow(/--users N {8}how many|Unknown option/);
    },
  );

  it('refuses to run in production', async () => {
    await expect(seed(['--users', '1'], { NODE_ENV: 'production' })).rejects.toThrow('NODE_ENV=production');
  });
});
