import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { useApiApp } from '../support/api-app.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query, rowCounts } from '../support/stored.js';

const running = useApiApp();
const { database } = running;

describe('a refresh token that was replaced ten seconds ago', () => {
  it('returns the same successor, and ends the session a moment later', async () => {
    const { api, clock } = running;
    const { session, api: me } = await signUp(api);
    const first = await api.refresh(session.refreshToken);
    clock.advance({ seconds: 10 });
    const again = await api.refresh(session.refreshToken);
    expect([again.status, again.body.refreshToken]).toEqual([200, first.body.refreshToken]);

    clock.advance({ ms: 1 });
    expectProblem(await api.refresh(session.refreshToken), 401, 'refresh-token-reused');
    expectProblem(await api.refresh(first.body.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await me.me(), 401, 'unauthenticated');
    expectProblem(await api.as(first.body).me(), 401, 'unauthenticated');
  });

  it("does not end the user's other sessions", async () => {
    const { api, clock } = running;
    const user = await signUp(api);
    const other = await api.login(user);
    await api.refresh(user.session.refreshToken);
    clock.advance({ seconds: 11 });
    expectProblem(await api.refresh(user.session.refreshToken), 401, 'refresh-token-reused');
    expect((await api.as(other.body).me()).status).toBe(200);
  });

  it('ends nothing when it is forged', async () => {
    const { api, clock } = running;
    const { session } = await signUp(api);
    const next = await api.refresh(session.refreshToken);
    clock.advance({ seconds: 11 });
    const forged = `${session.refreshToken.slice(0, -1)}${session.refreshToken.endsWith('A') ? 'E' : 'A'}`;
    expectProblem(await api.refresh(forged), 401, 'invalid-refresh-token');
    expect((await api.refresh(next.body.refreshToken)).status).toBe(200);
  });
});

describe('an access token', () => {
  it('expires after ten minutes, before its session does', async () => {
    const { api, clock } = running;
    const { session, api: me } = await signUp(api);
    clock.advance({ seconds: session.expiresIn - 2 });
    expect((await me.me()).status).toBe(200);
    clock.advance({ seconds: 2 });
    expectProblem(await me.me(), 401, 'unauthenticated');
    const next = await api.refresh(session.refreshToken);
    expect((await api.as(next.body).me()).status).toBe(200);
  });
});

describe('a session', () => {
  it('expires thirty days after its last refresh, or the sign-in', async () => {
    const { api, clock } = running;
    const { session } = await signUp(api);
    const idle = await signUp(api);
    clock.advance({ hours: 29 * 24 });
    const next = await api.refresh(session.refreshToken);
    clock.advance({ hours: 24 });
    expectProblem(await api.refresh(idle.session.refreshToken), 401, 'invalid-refresh-token');
    clock.advance({ hours: 28 * 24 });
    const later = await api.refresh(next.body.refreshToken);
    expect(later.status).toBe(200);
    clock.advance({ hours: 30 * 24 });
    expectProblem(await api.refresh(later.body.refreshToken), 401, 'invalid-refresh-token');
  });
});

describe('the link in a mail', () => {
  it.each([
    ['works for a day', { hours: 24, ms: -1 }, 204],
    ['stops working after a day', { hours: 24 }, 400],
  ])('%s', async (_, wait, status) => {
    const { api, clock } = running;
    const { session } = await signUp(api);
    const token = await plantLink(session.user.id);
    clock.advance(wait);
    expect((await api.verify(token)).status).toBe(status);
  });
});

describe('an idempotency key', () => {
  it('keeps its response for 24 hours and is then free', async () => {
    const { api, clock } = running;
    const user = aUser();
    const key = { 'idempotency-key': aUser().email };
    const first = await api.post('/auth/register', user, key);
    clock.advance({ hours: 24, ms: -1 });
    const replay = await api.post('/auth/register', user, key);
    expect([replay.status, replay.body]).toEqual([201, first.body]);
    clock.advance({ ms: 2 });
    expectProblem(await api.post('/auth/register', user, key), 409, 'email-taken');
  });

  it('is released when the request that held it died', async () => {
    const { api, clock } = running;
    const user = aUser();
    const key = { 'idempotency-key': aUser().email };
    expect((await api.post('/auth/register', user, key)).status).toBe(201);
    // The state that a killed process leaves behind.
    await query(database.url, 'update accounts.idempotency_keys set answer = null');
    expectProblem(await api.post('/auth/register', user, key), 409, 'idempotent-request-running');
    clock.advance({ minutes: 5 });
    expectProblem(await api.post('/auth/register', user, key), 409, 'email-taken');
    const { 'accounts.users': users } = await rowCounts(database.url);
    expect((await api.post('/auth/register', aUser(), key)).status).toBe(201);
    expect(await rowCounts(database.url)).toMatchObject({ 'accounts.users': (users ?? 0) + 1 });
  });
});

/** The token of a real link exists only in the mail, so we store the hash of another one. */
async function plantLink(userId: string): Promise<string> {
  const token = `link-of-${userId}`;
  const hash = createHash('sha256').update(token).digest('base64url');
  await query(database.url, 'update accounts.email_verifications set token_hash = $1 where user_id = $2', [
    hash,
    userId,
  ]);
  return token;
}
