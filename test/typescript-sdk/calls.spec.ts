import { describe, expect, it } from '@jest/globals';
import {
  endSession,
  getMe,
  getUser,
  listSessions,
  listUsers,
  updateMe,
  verifyEmail,
} from '../../sdk/typescript/src/generated/operations.gen.js';
import { createGatehouse, isProblem } from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { aUser } from '../support/factories.js';
import { usePathProxy } from '../support/path-proxy.js';
import { ADMIN, WITH_ADMIN } from '../support/use-app.js';
import { aDevice, type Device, failure, signedUp } from './devices.js';

const { api } = useApiApp(WITH_ADMIN);
const proxy = usePathProxy('/accounts');

async function signedInAdmin(): Promise<Device> {
  const device = aDevice(api.url);
  await device.gatehouse.signIn(ADMIN);
  return device;
}

describe('A call of the TypeScript SDK', () => {
  it('sends body, path and query, and returns the data', async () => {
    const { gatehouse } = await signedUp(api.url);
    const { items } = await gatehouse.call(listSessions, { query: { limit: 5, total: true } });
    expect(items).toMatchObject([{ current: true }]);
    const id = items[0]?.id ?? '';
    expect(await gatehouse.call(endSession, { path: { id } })).toBeUndefined();
    await expect(gatehouse.call(listSessions)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('escapes what it puts into the URL', async () => {
    const { gatehouse } = await signedInAdmin();
    const error = await failure(gatehouse.call(getUser, { path: { id: '../me?x=#' } }));
    expect(isProblem(error, 'invalid-input')).toBe(true);
    const { items } = await gatehouse.call(listUsers, { query: { q: 'a&limit=0#ü %' } });
    expect(items).toEqual([]);
  });

  it('gives access to headers, so that a change is not lost', async () => {
    const { gatehouse } = await signedUp(api.url);
    const { data, response } = await gatehouse.request(getMe);
    const etag = response.headers.get('etag') ?? '';
    expect(data?.displayName).toBeNull();

    const headers = { 'If-Match': etag };
    const updated = await gatehouse.call(updateMe, { headers, body: { displayName: 'Ada' } });
    expect(updated.displayName).toBe('Ada');
    const error = await failure(gatehouse.call(updateMe, { headers, body: { displayName: 'Countess' } }));
    expect(isProblem(error, 'precondition-failed')).toBe(true);
  });

  it('returns a 304 without data, and only if asked for the response', async () => {
    const { gatehouse } = await signedUp(api.url);
    const { response } = await gatehouse.request(getMe);
    const headers = { 'If-None-Match': response.headers.get('etag') ?? '' };
    const again = await gatehouse.request(getMe, { headers });
    expect([again.response.status, again.data]).toEqual([304, undefined]);
    expect(await failure(gatehouse.call(getMe, { headers }))).toMatchObject({ status: 304 });
  });

  it('sends a merge patch as such', async () => {
    const { gatehouse, sent } = await signedUp(api.url);
    await gatehouse.call(updateMe, { body: { displayName: null } });
    expect(sent.map(({ headers }) => headers.get('content-type'))).toEqual([
      'application/json',
      'application/merge-patch+json',
    ]);
  });

  it('sends no access token where none is needed', async () => {
    const { gatehouse, sent } = await signedUp(api.url);
    await failure(gatehouse.call(verifyEmail, { body: { token: 'x'.repeat(43) } }));
    expect(sent.map(({ headers }) => headers.has('authorization'))).toEqual([false, false]);
  });

  it('works below a path', async () => {
    proxy.leadTo(api.url);
    const gatehouse = createGatehouse({ baseUrl: `${proxy.url}/` });
    const { email } = aUser();
    expect((await gatehouse.signUp({ email, password: 'seven brave otters' }))?.user.email).toBe(email);
  });
});

describe('A list of the TypeScript SDK', () => {
  it('is iterated over to its end, page by page', async () => {
    const users = Array.from({ length: 5 }, () => aUser({ displayName: 'Otter' }));
    await Promise.all(users.map((user) => aDevice(api.url).gatehouse.signUp(user)));
    const { gatehouse, to } = await signedInAdmin();
    const emails: string[] = [];
    for await (const { email } of gatehouse.items(listUsers, { query: { q: 'Otter', limit: 2 } })) {
      emails.push(email);
    }
    expect(emails.sort()).toEqual(users.map(({ email }) => email).sort());
    expect(to('/v2/users')).toHaveLength(3);
  });

  it('gets no page that nobody asks for', async () => {
    await signedUp(api.url);
    const { gatehouse, to } = await signedInAdmin();
    for await (const { id } of gatehouse.items(listUsers, { query: { limit: 1 } })) {
      expect(id).toBeDefined();
      break;
    }
    expect(to('/v2/users')).toHaveLength(1);
  });
});
