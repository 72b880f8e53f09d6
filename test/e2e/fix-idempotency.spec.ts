import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { IdempotencyStore } from '#libs/idempotency';
import { type ApiApp, startApiApp } from '../support/api-app.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { createDatabase, redisUrl, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;
let running: ApiApp;
let store: IdempotencyStore;

beforeAll(async () => {
  database = await createDatabase();
  running = await startApiApp({ DATABASE_URL: database.url, REDIS_URL: await redisUrl() });
  store = running.app.get(IdempotencyStore);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await running.close();
  await database.drop();
});

it('what was done is answered as done, although the answer could not be kept', async () => {
  const { api } = running;
  const [user, key] = [aUser(), { 'idempotency-key': aUser().email }];
  jest.spyOn(store, 'complete').mockRejectedValueOnce(new Error('PostgreSQL went away'));
  const answer = await api.post('/auth/register', user, key);
  expect(answer.status).toBe(201);
  expect((await api.login(user)).status).toBe(200);
  // The key is not free to do it again.
  expectProblem(await api.post('/auth/register', user, key), 409, 'idempotent-request-running');
});

it('what failed is answered as it failed, although the key could not be freed', async () => {
  const { api } = running;
  const { email } = await signUp(api);
  jest.spyOn(store, 'release').mockRejectedValueOnce(new Error('PostgreSQL went away'));
  const answer = await api.post('/auth/register', { ...aUser(), email }, { 'idempotency-key': email });
  expectProblem(answer, 409, 'email-taken');
});
