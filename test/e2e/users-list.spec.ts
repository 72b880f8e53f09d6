import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ListBody, UserBody } from '../support/client.js';
import { signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { ADMIN, useApp, WITH_ADMIN } from '../support/use-app.js';

/** More than three pages of five. */
const COUNT = 17;

// A restart changes the port. Without PUBLIC_URL, it would also change the issuer of tokens.
const app = useApp('api', { ...WITH_ADMIN, PUBLIC_URL: 'https://accounts.acme.test' });
const { admin, api } = app;

beforeAll(async () => {
  for (let n = 0; n < COUNT; n++) {
    await signUp(api, { displayName: `User ${n}` });
  }
});

describe('listing users', () => {
  it.each(['/v1/users', '/v2/users', '/v2/users/0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10'])(
    'is limited to admins: %s',
    async (path) => {
      const nobody = await api.under('').get(path);
      expectProblem(nobody, 401, 'unauthenticated');
      expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
      const { api: user } = await signUp(api);
      expectProblem(await user.under('').get(path), 403, 'forbidden');
    },
  );

  it('keeps the first admin unchanged after a restart', async () => {
    await app.stop();
    await app.restart({ ADMIN_PASSWORD: 'another password by now' });
    const { body } = await api.login(ADMIN);
    expect(body.user).toMatchObject({ email: ADMIN.email, emailVerified: true, roles: ['user', 'admin'] });
    expect((await api.login({ ...ADMIN, password: 'another password by now' })).status).toBe(401);
  });
});

describe('listing users by page number in v1', () => {
  it('returns a total and deprecation headers', async () => {
    const { headers, body } = await admin
      .under('/v1')
      .get<{ items: UserBody[]; page: unknown }>('/users?page=2&limit=5');
    expect(body.items).toHaveLength(5);
    expect(body.page).toEqual({ number: 2, limit: 5, total: await countUsers() });
    expect(headers.get('deprecation')).toMatch(/^@\d{10}$/);
    expect(Date.parse(headers.get('sunset') ?? '')).toBeGreaterThan(0);
    expect(headers.get('sunset')).toMatch(/ GMT$/);
    const links = linksOf(headers);
    expect(links['successor-version']).toBe('/v2/users');
    expect(links['next']).toMatch(/page=3/);
    expect(links['prev']).toMatch(/page=1/);
  });

  it('returns every user once', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/v1/users?limit=6';
    while (path !== undefined) {
      const answer: { headers: Headers; body: ListBody<UserBody> } = await admin.under('').get(path);
      seen.push(...answer.body.items.map(({ id }) => id));
      path = linksOf(answer.headers)['next'];
    }
    expect(seen).toEqual((await allIds()).reverse());
    const beyond = await admin.under('/v1').get<ListBody<UserBody>>('/users?page=1000');
    expect([beyond.status, beyond.body.items]).toEqual([200, []]);
  });

  it('returns the first twenty by default', async () => {
    const { body } = await admin.under('/v1').get<{ page: unknown }>('/users');
    expect(body.page).toMatchObject({ number: 1, limit: 20 });
  });
});

function linksOf(headers: Headers): Record<string, string> {
  const links = (headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="([^"]+)"/g);
  return Object.fromEntries([...links].map(([, target = '', relation = '']) => [relation, target]));
}

async function allIds(): Promise<string[]> {
  const rows = await query<{ id: string }>(app.database.url, 'select id from accounts.users order by id');
  return rows.map(({ id }) => id);
}

async function countUsers(): Promise<number> {
  return (await allIds()).length;
}
