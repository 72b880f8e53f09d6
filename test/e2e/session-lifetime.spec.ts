import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { useApiApp } from '../support/api-app.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';

const { api, clock } = useApiApp({
  ACCESS_TOKEN_SECONDS: '120',
  SESSION_IDLE_DAYS: '2',
  SESSION_MAX_DAYS: '5',
});

const APP_URL = 'https://app.acme.test';
const short = useApiApp({ SESSION_IDLE_DAYS: '5', SESSION_MAX_DAYS: '2', APP_URL });

describe('a session', () => {
  it('has a cookie that is kept no longer than it can last', async () => {
    const browser = short.api.with({ origin: APP_URL, 'session-transport': 'cookie' });
    const { headers } = await browser.register(aUser());
    const [cookie] = headers.getSetCookie().filter((line) => line.startsWith('__Secure-gatehouse-refresh='));
    expect(cookie).toContain(`Max-Age=${2 * 24 * 3_600};`);
  });

  it('has access tokens that expire after ACCESS_TOKEN_SECONDS', async () => {
    const { session, api: user } = await signUp(api);
    const { iat = 0, exp = 0 } = decodeJwt(session.accessToken);
    expect([session.expiresIn, exp - iat]).toEqual([120, 120]);
    clock.advance({ seconds: 119 });
    expect((await user.me()).status).toBe(200);
    clock.advance({ seconds: 2 });
    expectProblem(await user.me(), 401, 'unauthenticated');
  });

  it('ends when it is not refreshed for SESSION_IDLE_DAYS', async () => {
    const { session } = await signUp(api);
    clock.advance({ hours: 47 });
    const { body } = await api.refresh(session.refreshToken);
    clock.advance({ hours: 48 });
    expectProblem(await api.refresh(body.refreshToken), 401, 'invalid-refresh-token');
  });

  it('ends after SESSION_MAX_DAYS, however often it is refreshed, and its last access token with it', async () => {
    const { session } = await signUp(api);
    let { refreshToken } = session;
    for (const hours of [40, 40, 39]) {
      clock.advance({ hours });
      const { status, body } = await api.refresh(refreshToken);
      expect([status, body.expiresIn]).toEqual([200, 120]);
      ({ refreshToken } = body);
    }
    clock.advance({ minutes: 59, seconds: 30 });
    const last = await api.refresh(refreshToken);
    expect([last.status, last.body.expiresIn]).toEqual([200, 30]);
    clock.advance({ seconds: 31 });
    expectProblem(await api.as(last.body).me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(last.body.refreshToken), 401, 'invalid-refresh-token');
  });
});
