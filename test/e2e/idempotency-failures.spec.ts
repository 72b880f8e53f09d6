import { afterEach, expect, it, jest } from '@jest/globals';
import { accountsKeys } from '../support/of-accounts.js';
import { unavailable } from '#libs/problem';
import { useApiApp } from '../support/api-app.js';
import type { SessionBody } from '../support/client.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';

const running = useApiApp();
const { database } = running;

afterEach(() => {
  jest.restoreAllMocks();
});

it('returns success for completed work even if its response could not be stored', async () => {
  const { api } = running;
  const { email } = await signUp(api);
  const key = { 'idempotency-key': email };
  jest.spyOn(accountsKeys(running.app), 'complete').mockRejectedValueOnce(new Error('PostgreSQL went away'));
  expect((await api.post('/auth/email/resend', { email }, key)).status).toBe(202);
  // The key stays taken, so the work isn't done twice.
  expectProblem(await api.post('/auth/email/resend', { email }, key), 409, 'idempotent-request-running');
});

it('stores the response to a registration with the account, so a crash cannot separate them', async () => {
  const { api } = running;
  const [user, key] = [aUser(), { 'idempotency-key': aUser().email }];
  const { body } = await api.post<SessionBody>('/auth/register', user, key);
  // xmin is the transaction that wrote a row.
  const together = await query(
    database.url,
    `select k.xmin::text = u.xmin::text as same from accounts.users u, accounts.idempotency_keys k
      where u.id = $1 and k.answer is not null order by k.expires_at desc limit 1`,
    [body.user.id],
  );
  expect(together).toEqual([{ same: true }]);
  const replay = await api.post('/auth/register', user, key);
  expect([replay.status, replay.body]).toEqual([201, body]);
});

it('returns the original error even if the key could not be released', async () => {
  const { api } = running;
  const { email } = await signUp(api);
  jest.spyOn(accountsKeys(running.app), 'release').mockRejectedValueOnce(new Error('PostgreSQL went away'));
  const answer = await api.post('/auth/register', { ...aUser(), email }, { 'idempotency-key': email });
  expectProblem(answer, 409, 'email-taken');
});

it('releases a key whose claim was stored, although its confirmation got lost', async () => {
  const { api } = running;
  const { email } = await signUp(api);
  const key = { 'idempotency-key': `lost-${email}` };
  const store = accountsKeys(running.app) as unknown as {
    claimOrReplay(...args: unknown[]): Promise<unknown>;
  };
  const claim = store.claimOrReplay.bind(store);
  jest.spyOn(store, 'claimOrReplay').mockImplementationOnce(async (...args) => {
    await claim(...args);
    throw unavailable();
  });
  expectProblem(await api.post('/auth/email/resend', { email }, key), 503, 'unavailable');
  await eventually(async () =>
    expect((await api.post('/auth/email/resend', { email }, key)).status).toBe(202),
  );
});
