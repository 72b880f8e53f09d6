import { afterEach, expect, it, jest } from '@jest/globals';
import { IdempotencyStore } from '#libs/idempotency';
import { useApiApp } from '../support/api-app.js';
import type { SessionBody } from '../support/client.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';

const running = useApiApp();
const { database } = running;

afterEach(() => {
  jest.restoreAllMocks();
});

it('what was done is answered as done, although the answer could not be kept', async () => {
  const { api } = running;
  const { email } = await signUp(api);
  const key = { 'idempotency-key': email };
  jest
    .spyOn(running.app.get(IdempotencyStore), 'complete')
    .mockRejectedValueOnce(new Error('PostgreSQL went away'));
  expect((await api.post('/auth/email/resend', { email }, key)).status).toBe(202);
  // The key is not free to do it again.
  expectProblem(await api.post('/auth/email/resend', { email }, key), 409, 'idempotent-request-running');
});

it('the answer to a registration is kept with the account, so that no crash can come between them', async () => {
  const { api } = running;
  const [user, key] = [aUser(), { 'idempotency-key': aUser().email }];
  const { body } = await api.post<SessionBody>('/auth/register', user, key);
  // PostgreSQL marks each row with the transaction that wrote it.
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

it('what failed is answered as it failed, although the key could not be freed', async () => {
  const { api } = running;
  const { email } = await signUp(api);
  jest
    .spyOn(running.app.get(IdempotencyStore), 'release')
    .mockRejectedValueOnce(new Error('PostgreSQL went away'));
  const answer = await api.post('/auth/register', { ...aUser(), email }, { 'idempotency-key': email });
  expectProblem(answer, 409, 'email-taken');
});
