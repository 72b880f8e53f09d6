import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ListBody, UserBody } from '../support/client.js';
import { aUser, type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

const NAMES = ['Ada Lovelace', 'ada lower', 'Adam', 'Grace', '100% Otter', '100 Otters', 'Ümit', null];

const app = useApp('api', WITH_ADMIN);
const { admin, api, database } = app;
const users: SignedUp[] = [];

beforeAll(async () => {
  for (const displayName of NAMES) {
    users.push(await signUp(api, { displayName }));
  }
});

describe('searching users', () => {
  it('finds a whole address in any case, but no part of one', async () => {
    const [ada] = users as [SignedUp];
    for (const parameter of ['email', 'q']) {
      expect(await found({ [parameter]: ada.email.toUpperCase() })).toEqual(['Ada Lovelace']);
    }
    expect(await found({ email: 'nobody@acme.test' })).toEqual([]);
    expect(await found({ q: '@acme.test' })).toEqual([]);
  });

  it.each([
    ['ada', ['Adam', 'ada lower', 'Ada Lovelace']],
    ['ADA L', ['ada lower', 'Ada Lovelace']],
    ['100%', ['100% Otter']],
    ['_', []],
    ['\\', []],
    ['ümit', ['Ümit']],
    ['lovelace', []],
  ])('finds names that start with %p', async (q, names) => {
    expect(await found({ q })).toEqual(names);
  });

  it('filters by role and status, and combines filters', async () => {
    expect(await found({ role: 'admin' })).toEqual(['Admin']);
    expect(await found({ role: 'nothing' })).toEqual([]);
    await query(database.url, `update accounts.users set status = 'suspended' where display_name = 'Grace'`);
    expect(await found({ status: 'suspended' })).toEqual(['Grace']);
    expect(await found({ status: 'active', q: 'a', role: 'user', limit: '2' })).toEqual([
      'Adam',
      'ada lower',
    ]);
    expect(await found({ status: 'suspended', q: 'ada' })).toEqual([]);
  });

  it('filters by the domain of the address, in any case and spelling, without its subdomains', async () => {
    await signUp(api, { email: 'ida@Bücher.example', displayName: 'Ida' });
    await signUp(api, { email: 'joe@shop.bücher.example', displayName: 'Joe' });
    for (const domain of ['bücher.example', 'BÜCHER.example', 'xn--bcher-kva.example']) {
      expect(await found({ emailDomain: domain })).toEqual(['Ida']);
    }
    expect(await found({ emailDomain: 'example' })).toEqual([]);
    expect(await found({ emailDomain: 'acme.test', q: 'ada l' })).toEqual(['ada lower', 'Ada Lovelace']);
    expect(await found({ emailDomain: 'acme.test', role: 'admin' })).toEqual(['Admin']);
    expect(await found({ emailDomain: 'bücher.example', status: 'suspended' })).toEqual([]);
    await query(database.url, 'delete from accounts.users where display_name = any($1)', [['Ida', 'Joe']]);
  });

  it('filters by the roles that users have at that time, whoever wrote them', async () => {
    const set = (roles: string[], name: string) =>
      query(database.url, 'update accounts.users set roles = $1 where display_name = $2', [roles, name]);
    await set(['user', 'tester', 'tester'], 'Adam');
    await set(['tester'], 'Ada Lovelace');
    expect(await found({ role: 'tester' })).toEqual(['Adam', 'Ada Lovelace']);
    await set(['user'], 'Adam');
    expect(await found({ role: 'tester' })).toEqual(['Ada Lovelace']);
    expect(await found({ role: 'user', q: 'ada' })).toEqual(['Adam', 'ada lower']);
    await set(['user'], 'Ada Lovelace');
    expect(await found({ role: 'tester' })).toEqual([]);
    expect((await search({ role: 'user', total: 'true' })).body.page.total).toBe(NAMES.length + 1);
  });

  it('finds users by the domain whom an earlier release has written, once a worker has run', async () => {
    await query(database.url, 'update accounts.users set email_domain_index = null');
    expect(await found({ emailDomain: 'acme.test', q: 'ada' })).toEqual([]);
    const before = await query(
      database.url,
      'select id, version, updated_at from accounts.users order by id',
    );
    await app.start('worker');
    await eventually(async () => {
      expect(await found({ emailDomain: 'acme.test', q: 'ada' })).toHaveLength(3);
    });
    expect(
      await query(database.url, 'select id, version, updated_at from accounts.users order by id'),
    ).toEqual(before);
  });

  it('filters by creation time: inclusive start, exclusive end', async () => {
    const instants = users.map(({ session }) => session.user.createdAt);
    const [first = '', second = '', third = ''] = instants;
    expect(await found({ createdAfter: second, createdBefore: third })).toEqual([users[1]?.displayName]);
    expect(await found({ createdAfter: first, createdBefore: first })).toEqual([]);
    const elsewhere = `${new Date(Date.parse(second) + 7_200_000).toISOString().slice(0, -1)}+02:00`;
    expect(await found({ createdAfter: elsewhere, createdBefore: third })).toEqual([users[1]?.displayName]);
    expect(await found({ createdAfter: '2999-01-01T00:00:00Z' })).toEqual([]);
    expect(await found({ createdBefore: '1969-01-01T00:00:00Z' })).toEqual([]);
    expect(await found({ createdAfter: '0001-01-01T00:00:00Z', limit: '100' })).toHaveLength(
      NAMES.length + 1,
    );
  });

  it('counts the results on request', async () => {
    const { body } = await search({ q: 'ada', limit: '1', total: 'true' });
    expect([body.items.length, body.page.total]).toEqual([1, 3]);
    expect((await search({ q: 'ada', total: 'false' })).body.page.total).toBeUndefined();
  });

  it.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', '1e1'],
    ['limit', 'all'],
    ['limit', ''],
    ['limit', '99999999999999999999'],
    ['sort', 'email'],
    ['status', 'deleted'],
    ['total', 'yes'],
    ['createdAfter', 'yesterday'],
    ['createdAfter', '2026-11-22'],
    ['createdBefore', '2026-13-22T00:00:00Z'],
    ['createdBefore', '2026-02-30T00:00:00Z'],
    ['emailDomain', ''],
    ['emailDomain', 'ada@acme.test'],
    ['emailDomain', 'acme test'],
    ['q', ''],
    ['q', 'x'.repeat(255)],
    ['page', '1'],
    ['unknown', '1'],
  ])('rejects %s=%s', async (name, value) => {
    const problem = expectProblem(await search({ [name]: value }), 400, 'invalid-input');
    expect(new Set(problem.errors?.map(({ pointer }) => pointer))).toEqual(new Set([`/${name}`]));
  });

  it.each([
    ['page', '0'],
    ['page', '1000001'],
    ['limit', '101'],
    ['cursor', 'x'],
    ['q', 'ada'],
  ])('rejects %s=%s in v1', async (name, value) => {
    const answer = await admin.under('/v1').get(`/users?${name}=${value}`);
    const problem = expectProblem(answer, 400, 'invalid-input');
    expect(new Set(problem.errors?.map(({ pointer }) => pointer))).toEqual(new Set([`/${name}`]));
  });
});

describe.each(['/v1', '/v2'])('a user under %s', (prefix) => {
  it('is returned with its version', async () => {
    const [ada] = users as [SignedUp];
    const path = `/users/${ada.session.user.id}`;
    const answer = await admin.under(prefix).get<UserBody>(path);
    expect([answer.status, answer.body]).toEqual([200, (await ada.api.me()).body]);
    const etag = answer.headers.get('etag') ?? '';
    expect((await admin.under(prefix).get(path, { 'if-none-match': etag })).status).toBe(304);
    const displayName = `Ada, changed under ${prefix}`;
    await ada.api.patch('/users/me', { displayName });
    await eventually(async () => {
      expect((await admin.under(prefix).get<UserBody>(path)).body.displayName).toBe(displayName);
    });
  });

  it('returns 404 when it does not exist', async () => {
    const missing = await admin.under(prefix).get('/users/0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10');
    expectProblem(missing, 404, 'user-not-found');
    const problem = expectProblem(await admin.under(prefix).get('/users/seven'), 400, 'invalid-input');
    expect(problem.errors).toEqual([{ pointer: '/id', code: 'invalid-id', message: expect.any(String) }]);
  });
});

it('does not let a suspended user sign in', async () => {
  const user = await signUp(api, aUser());
  await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
    user.session.user.id,
  ]);
  expectProblem(await api.login(user), 401, 'invalid-credentials');
  expectProblem(await api.refresh(user.session.refreshToken), 401, 'invalid-refresh-token');
});

function search(parameters: Record<string, string>) {
  return admin.get<ListBody<UserBody>>(`/users?${new URLSearchParams(parameters).toString()}`);
}

async function found(parameters: Record<string, string>): Promise<(string | null)[]> {
  const { body } = await search(parameters);
  return body.items.map(({ displayName }) => displayName);
}
