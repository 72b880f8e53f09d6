import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ApiClient, type ProblemBody, type SessionBody } from '../support/client.js';
import { aUser, type NewUser } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { dumpOf, rowCounts } from '../support/stored.js';
import { useApps } from '../support/use-app.js';

const { database, first, second } = useApps(
  { first: 'api', second: 'api' },
  { TRUSTED_PROXIES: '127.0.0.1/32' },
);
const { api } = first;
const { api: replica } = second;

describe('a request with an Idempotency-Key', () => {
  it('runs once and returns the stored response from any replica', async () => {
    const [user, key] = [aUser(), newKey()];
    const first = await register(api, user, key);
    const counts = await rowCounts(database.url);
    for (const client of [api, replica]) {
      const replay = await register(client, user, key);
      expect([replay.status, replay.body]).toEqual([201, first.body]);
      for (const name of ['content-type', 'location', 'etag']) {
        expect([name, replay.headers.get(name)]).toEqual([name, first.headers.get(name)]);
      }
    }
    expect(await rowCounts(database.url)).toEqual(counts);
    expect((await api.as(first.body).me()).status).toBe(200);
  });

  it('is rejected when its body differs', async () => {
    const [user, key] = [aUser(), newKey()];
    await register(api, user, key);
    for (const other of [
      aUser(),
      { ...user, displayName: 'Ada' },
      { ...user, password: 'another good one' },
    ]) {
      expectProblem(await register(api, other, key), 422, 'idempotency-key-reused');
    }
  });

  it('accepts a quoted or bare key', async () => {
    const [user, key] = [aUser(), newKey()];
    const first = await register(api, user, key);
    const replay = await register(api, user, `"${key}"`);
    expect([replay.status, replay.body]).toEqual([201, first.body]);
  });

  it('creates one user from many concurrent requests', async () => {
    const [user, key] = [aUser(), newKey()];
    const before = (await rowCounts(database.url))['accounts.users'] ?? 0;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => register(n % 2 === 0 ? api : replica, user, key)),
    );
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ body }) => body.accessToken)).size).toBe(1);
    for (const running of answers.filter(({ status }) => status !== 201)) {
      expectProblem(running, 409, 'idempotent-request-running');
      expect(Number(running.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await rowCounts(database.url))['accounts.users']).toBe(before + 1);
    expect((await register(replica, user, key)).body).toEqual(done[0]?.body);
  });

  it('does not share its key with other routes or callers', async () => {
    const key = newKey();
    const [here, there] = ['192.0.2.1', '192.0.2.2'].map((ip) => api.with({ 'x-forwarded-for': ip }));
    expect((await register(here as ApiClient, aUser(), key)).status).toBe(201);
    expect((await register(there as ApiClient, aUser(), key)).status).toBe(201);
    const resend = await here?.post('/auth/email/resend', aUser(), { 'idempotency-key': key });
    // Neither replayed nor in conflict with the registration: the request is validated on its own.
    expectProblem(resend as Awaited<typeof resend> & object, 400, 'invalid-input');
  });

  it('releases its key when it fails, so the caller can correct the request', async () => {
    const [user, key] = [aUser(), newKey()];
    expectProblem(await register(api, { ...user, password: 'password123' }, key), 422, 'weak-password');
    expectProblem(await register(api, { ...user, email: 'no address' }, key), 400, 'invalid-input');
    expect((await register(api, user, key)).status).toBe(201);
    const taken = newKey();
    expectProblem(await register(api, user, taken), 409, 'email-taken');
    expect((await register(api, aUser(), taken)).status).toBe(201);
  });

  it('sends one mail, however often it is repeated', async () => {
    const [user, key] = [aUser(), newKey()];
    await register(api, user, newKey());
    const outbox = async () => (await rowCounts(database.url))['accounts.outbox'];
    const resend = () => api.post('/auth/email/resend', { email: user.email }, { 'idempotency-key': key });
    expect((await resend()).status).toBe(202);
    const after = await outbox();
    const replay = await resend();
    expect([replay.status, replay.body]).toEqual([202, { status: 'accepted' }]);
    expect(await outbox()).toBe(after);
  });

  it.each([
    ['empty', ''],
    ['an empty quoted string', '""'],
    ['two words', 'two words'],
    ['missing its closing quote', '"half'],
    ['too long', 'x'.repeat(256)],
    ['not ASCII', 'schlüssel'],
  ])('is rejected when its key is %s', async (_, key) => {
    expectProblem(await register(api, aUser(), key), 400, 'invalid-input');
  });

  it('leaves nothing readable in the table', async () => {
    const [user, key] = [aUser({ displayName: 'Ada Unreadable' }), newKey()];
    const { body } = await register(api, user, key);
    const dump = await dumpOf(database.url);
    const secrets = [key, user.email, user.password, body.accessToken, body.refreshToken];
    expect(secrets.filter((secret) => dump.includes(secret))).toEqual([]);
    const lines = dump.split('accounts.idempotency_keys\n')[1]?.split('\naccounts.')[0];
    expect(lines).not.toContain('Ada Unreadable');
  });
});

function newKey(): string {
  return randomBytes(12).toString('hex');
}

function register(client: ApiClient, user: NewUser, key: string) {
  return client.post<SessionBody & ProblemBody>('/auth/register', user, { 'idempotency-key': key });
}
