import { describe, expect, it } from '@jest/globals';
import { setRoles } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import type { Answer, ApiClient } from '../support/client.js';
import { type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { WITH_ADMIN } from '../support/use-app.js';

const PROXY = { TRUSTED_PROXIES: '127.0.0.0/8' };
const ROLES = ['partner', 'unlimited', 'slow'];

const base = useApiApp({ ...WITH_ADMIN, ...PROXY });
const { api: limited } = useApiApp(
  {
    ...PROXY,
    RATE_LIMIT_DEFAULT: '20/60',
    RATE_LIMIT_ROLES: 'partner=30/60,unlimited=off,slow=5/60',
    RATE_LIMIT_API_KEY: '8/60',
  },
  base,
);
const { api: byAddress } = useApiApp({ ...PROXY, RATE_LIMIT_ADDRESS: '10/60' }, base);
const { api: onlyRoles } = useApiApp({ ...PROXY, RATE_LIMIT_ROLES: 'slow=5/60' }, base);

describe('the limit of a role', () => {
  it.each([
    [['slow'], 5],
    [[], 20],
    [['partner'], 30],
    [['slow', 'partner'], 30],
    [['partner', 'unlimited'], 40],
  ])(
    'applies instead of the default one, and the most generous of several: with %j',
    async (roles, limit) => {
      const user = await userWith(roles);
      const statuses = await statusesOf(limited.as(user.session), 40);
      expect(statuses.filter((status) => status === 200)).toHaveLength(limit);
    },
  );

  it('is what the headers say', async () => {
    const user = await userWith(['partner']);
    const { headers } = await limited.as(user.session).me();
    expect(headers.get('ratelimit-policy')).toBe('"default";q=30;w=60');
    expect(headers.get('ratelimit')).toBe('"default";r=29;t=60');
  });

  it('applies when nobody else is limited', async () => {
    const [slow, other] = [await userWith(['slow']), await userWith([])];
    expect(await statusesOf(onlyRoles.as(slow.session), 6)).toEqual([200, 200, 200, 200, 200, 429]);
    const { status, headers } = await onlyRoles.as(other.session).me();
    expect([status, headers.get('ratelimit')]).toEqual([200, null]);
  });
});

describe('the limit of an API key', () => {
  it('applies besides that of its owner', async () => {
    const { owner, server } = await ownerWithKey();
    expect(await statusesOf(server, 9)).toEqual([...Array(8).fill(200), 429]);
    const { status, headers } = await limited.as(owner.session).me();
    // The ninth request was within this limit, and counts.
    expect([status, headers.get('ratelimit')]).toEqual([
      200,
      expect.stringMatching(/^"default";r=10;t=\d+$/),
    ]);
    expect(headers.get('ratelimit-policy')).toBe('"default";q=20;w=60');
  });

  it('can be its own', async () => {
    const { owner, server, key } = await ownerWithKey({ rateLimit: '3/60' });
    expect(key.rateLimit).toBe('3/60');
    const { body } = await base.api.as(owner.session).get<{ items: object[] }>('/auth/api-keys');
    expect(body.items).toEqual([expect.objectContaining({ rateLimit: '3/60' })]);
    expect(await statusesOf(server, 4)).toEqual([200, 200, 200, 429]);
  });

  it('is separate for two keys of one owner', async () => {
    const { owner, server } = await ownerWithKey({ rateLimit: '2/60' });
    const other = await keyOf(owner, { rateLimit: '2/60' });
    expect(await statusesOf(server, 3)).toEqual([200, 200, 429]);
    expect(await statusesOf(limited.as({ accessToken: other.key }), 3)).toEqual([200, 200, 429]);
  });

  it('cannot exceed that of its owner', async () => {
    const { server } = await ownerWithKey({ rateLimit: '100/60' });
    const statuses = await statusesOf(server, 25);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
  });

  it.each(['', '10', '0/60', '10/0', '1e3/60', 'off', '10/60 ', '1000000000/60'])(
    'cannot be "%s"',
    async (rateLimit) => {
      const owner = await signUp(base.api);
      const problem = expectProblem(await create(owner, { rateLimit }), 400, 'invalid-input');
      expect(problem.errors).toEqual([expect.objectContaining({ pointer: '/rateLimit' })]);
    },
  );
});

describe('the limit of an address', () => {
  it('is shared by all users behind it', async () => {
    const users = [await userWith([]), await userWith([])] as const;
    const statuses = await Promise.all(
      users.flatMap(({ session }) =>
        Array.from({ length: 8 }, async () => (await from(byAddress, '198.18.9.1').as(session).me()).status),
      ),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect((await from(byAddress, '198.18.9.2').as(users[0].session).me()).status).toBe(200);
  });

  it('does not apply to published keys', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => from(byAddress, '198.18.9.3').under('').get('/.well-known/jwks.json')),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  });
});

interface KeyBody {
  readonly key: string;
  readonly rateLimit: string | null;
}

async function userWith(roles: string[]): Promise<SignedUp> {
  const user = await signUp(base.api);
  if (roles.length > 0) {
    await Promise.all(
      ROLES.map((role) => base.admin.send('PUT', `/roles/${role}`, { json: { permissions: [] } })),
    );
    expect((await setRoles(base.admin, user, ['user', ...roles])).status).toBe(200);
  }
  return user;
}

async function ownerWithKey(
  given: object = {},
): Promise<{ owner: SignedUp; server: ApiClient; key: KeyBody }> {
  const owner = await signUp(base.api);
  const key = await keyOf(owner, given);
  return { owner, server: limited.as({ accessToken: key.key }), key };
}

async function keyOf(owner: SignedUp, given: object): Promise<KeyBody> {
  const { status, body } = await create(owner, given);
  expect(status).toBe(201);
  return body;
}

function create(owner: SignedUp, given: object): Promise<Answer<KeyBody>> {
  return base.api
    .as(owner.session)
    .post<KeyBody>('/auth/api-keys', { name: 'Billing', permissions: [], ...given });
}

async function statusesOf(client: ApiClient, requests: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < requests; n += 1) {
    statuses.push((await client.me()).status);
  }
  return statuses;
}

function from(client: ApiClient, address: string): ApiClient {
  return client.with({ 'x-forwarded-for': address });
}
