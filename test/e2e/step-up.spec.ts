import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { useApiApp } from '../support/api-app.js';
import type { ProblemBody, SessionBody } from '../support/client.js';
import { type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';

const { api, clock, database } = useApiApp();

const stepUp = ({ api: user, password }: Pick<SignedUp, 'api' | 'password'>) =>
  user.post<SessionBody & ProblemBody>('/auth/step-up', { password });

describe('a step-up', () => {
  it('renews the proof of the same session, and nothing else', async () => {
    const user = await signUp(api);
    const before = decodeJwt(user.session.accessToken);
    clock.advance({ minutes: 6 });
    const { status, body } = await stepUp(user);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['accessToken', 'expiresIn', 'tokenType']);
    const after = decodeJwt(body.accessToken);
    expect([after['sid'], after.sub, after['amr']]).toEqual([before['sid'], before.sub, ['pwd']]);
    expect(Number(after['auth_time']) - Number(before['auth_time'])).toBe(360);
    expect((await api.as(body).me()).status).toBe(200);
    // Later tokens of the session have it, too.
    const { body: refreshed } = await api.refresh(user.session.refreshToken);
    expect(decodeJwt(refreshed.accessToken)['auth_time']).toBe(after['auth_time']);
  });

  it('is what an operation asks for that needs a recent proof', async () => {
    const user = await signUp(api);
    await query(database.url, 'delete from accounts.passwords where user_id = $1', [user.session.user.id]);
    clock.advance({ minutes: 5, seconds: 1 });
    const change = { newPassword: 'four quiet herons' };
    expectProblem(await user.api.post('/auth/password/change', change), 401, 'step-up-required');
    // Without a password, there's nothing to prove it with yet.
    expectProblem(await stepUp(user), 401, 'invalid-credentials');
  });

  it('needs the password', async () => {
    const user = await signUp(api);
    const wrong = expectProblem(
      await stepUp({ ...user, password: 'a guess of mine' }),
      401,
      'invalid-credentials',
    );
    expect(wrong.errors).toEqual([
      { pointer: '/password', code: 'invalid-credentials', message: 'is wrong' },
    ]);
    expectProblem(await user.api.post('/auth/step-up', {}), 400, 'invalid-input');
    expectProblem(await stepUp({ ...user, api }), 401, 'unauthenticated');
  });
});
