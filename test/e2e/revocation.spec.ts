import { describe, expect, it } from '@jest/globals';
import { idOf, setRoles, suspend } from '../support/administration.js';
import type { ApiClient } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { eventually } from '../support/servers.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useOwnRedis } from '../support/use-servers.js';

const TIMES = 100;
const redis = useOwnRedis();
const apps = useApps(
  { a: 'api', b: 'api' },
  { PUBLIC_URL: 'https://accounts.acme.test', ...WITH_ADMIN },
  { redis },
);
const { api: a } = apps.a;
const { api: b } = apps.b;
const admin = useFixture(async () => ({ api: (await signIn(a, ADMIN)).api }));
const shared = useFixture(async () => {
  await admin.api.send('PUT', '/roles/reader', { json: { permissions: ['users:read'] } });
  return { user: await signUp(a) };
});

interface Revocation {
  /** Someone whom the second replica lets in. */
  readonly caller: ApiClient;
  readonly path: string;
  readonly refusal: number;
  readonly revoke: () => Promise<{ readonly status: number }>;
}

async function keyOf({ api }: SignedUp): Promise<{ caller: ApiClient; id: string }> {
  const { body } = await api.post<{ id: string; key: string }>('/auth/api-keys', {
    name: 'x',
    permissions: [],
  });
  return { caller: b.as({ accessToken: body.key }), id: body.id };
}

const REVOCATIONS: Readonly<Record<string, () => Promise<Revocation>>> = {
  'a role': async () => {
    const { user } = shared;
    await setRoles(admin.api, user, ['reader']);
    const caller = (await signIn(a, user)).api.at(b.url);
    return { caller, path: '/users', refusal: 403, revoke: () => setRoles(admin.api, user, []) };
  },
  'a session': async () => {
    const { api } = await signIn(a, shared.user);
    return {
      caller: api.at(b.url),
      path: '/users/me',
      refusal: 401,
      revoke: () => api.post('/auth/logout'),
    };
  },
  'a suspended user': async () => {
    const user = await signUp(a);
    return {
      caller: user.api.at(b.url),
      path: '/users/me',
      refusal: 401,
      revoke: () => suspend(admin.api, user),
    };
  },
  'an API key': async () => {
    const { user } = shared;
    const { caller, id } = await keyOf(user);
    return {
      caller,
      path: '/users/me',
      refusal: 401,
      revoke: () => user.api.delete(`/auth/api-keys/${id}`),
    };
  },
  'an API key of a suspended user': async () => {
    const user = await signUp(a);
    const { caller } = await keyOf(user);
    return {
      caller,
      path: '/users/me',
      refusal: 401,
      revoke: () => admin.api.post(`/users/${idOf(user)}/suspend`),
    };
  },
};

/** @returns how long the second replica went on letting the caller in, in milliseconds */
async function timeOf({ caller, path, refusal, revoke }: Revocation): Promise<number> {
  expect((await caller.get(path)).status).toBe(200);
  expect((await revoke()).status).toBeLessThan(300);
  const revokedAt = performance.now();
  await eventually(async () => expect((await caller.get(path)).status).toBe(refusal));
  return performance.now() - revokedAt;
}

describe('what is revoked on one replica', () => {
  it.each(Object.keys(REVOCATIONS))(
    'is refused by another in less than a second, 100 times out of 100: %s',
    async (name) => {
      const times: number[] = [];
      for (let time = 0; time < TIMES; time += 1) {
        times.push(await timeOf(await prepare(name)));
      }
      process.stdout.write(`${name}: refused after ${Math.max(...times).toFixed(0)} ms at most\n`);
      expect(times.filter((ms) => ms >= 1000)).toEqual([]);
    },
    60_000,
  );

  it('is refused by another within two seconds without Redis', async () => {
    const prepared = await Promise.all(Object.keys(REVOCATIONS).map(prepare));
    for (const { caller, path } of prepared) {
      expect((await caller.get(path)).status).toBe(200);
    }
    process.kill(redis.pid, 'SIGKILL');
    await redis.exited;
    try {
      const times = await Promise.all(prepared.map(timeOf));
      process.stdout.write(`without Redis: refused after ${Math.max(...times).toFixed(0)} ms at most\n`);
      expect(times.filter((ms) => ms >= 2000)).toEqual([]);
    } finally {
      await redis.restart();
    }
  });
});

function prepare(name: string): Promise<Revocation> {
  return (REVOCATIONS[name] ?? (() => Promise.reject(new Error(name))))();
}
