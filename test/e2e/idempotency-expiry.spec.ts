import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { accountsKeys } from '../support/of-accounts.js';
import { useApiApp } from '../support/api-app.js';
import type { ProblemBody, SessionBody } from '../support/client.js';
import { aUser, type NewUser } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';

const running = useApiApp();
const { api, clock } = running;

afterEach(() => {
  jest.restoreAllMocks();
});

describe('an idempotency key', () => {
  it('belongs to its request for 24 hours, and then to the next one that uses it', async () => {
    const [first, second] = [aUser(), aUser()];
    const key = first.email;
    expect((await register(first, key)).status).toBe(201);
    clock.advance({ hours: 24, seconds: -1 });
    expectProblem(await register(second, key), 422, 'idempotency-key-reused');
    clock.advance({ seconds: 2 });
    const response = await register(second, key);
    expect([response.status, response.body.user.email]).toEqual([201, second.email]);
    const replay = await register(second, key);
    expect([replay.status, replay.body]).toEqual([201, response.body]);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    expectProblem(await register(first, key), 422, 'idempotency-key-reused');
  });

  it('is kept if the request fails after its effect was committed, so a retry gets the response', async () => {
    const user = aUser();
    const store = accountsKeys(running.app);
    const run = store.run.bind(store) as (...args: unknown[]) => Promise<never>;
    jest.spyOn(store, 'run').mockImplementationOnce(async (...args: unknown[]) => {
      await run(...args);
      throw new Error('the handler failed after the commit');
    });
    expect((await register(user, user.email)).status).toBe(500);
    const retry = await register(user, user.email);
    expect([retry.status, retry.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect((await api.as(retry.body).me()).status).toBe(200);
  });
});

function register(user: NewUser, key: string) {
  return api.post<SessionBody & ProblemBody>('/auth/register', user, { 'idempotency-key': key });
}
