import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { hashToken } from '#libs/crypto';
import { Connections } from '#libs/database';
import { SessionsPurge } from '../../src/accounts/auth/sessions/sessions.purge.js';
import { useApiApp } from '../support/api-app.js';
import { beforeStatement } from '../support/before-statement.js';
import type { DeviceBody, ListBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { countWaiting, openTransaction, query, refuse } from '../support/stored.js';

const running = useApiApp();
const { database } = running;

describe('a refresh token that was just replaced', () => {
  it('returns its own successor, however often the session was refreshed since', async () => {
    const { api, clock } = running;
    const tokens = [(await signUp(api)).session.refreshToken];
    for (let generation = 0; generation < 4; generation++) {
      const { status, body } = await api.refresh(tokens[generation] ?? '');
      expect(status).toBe(200);
      tokens.push(body.refreshToken);
      clock.advance({ ms: 300 });
    }
    for (const [generation, token] of tokens.slice(0, -1).entries()) {
      const { status, body } = await api.refresh(token);
      expect([generation, status, body.refreshToken]).toEqual([generation, 200, tokens[generation + 1]]);
    }
  });

  it('is accepted for ten seconds after its own replacement, not the latest one', async () => {
    const { api, clock } = running;
    const first = (await signUp(api)).session.refreshToken;
    const second = (await api.refresh(first)).body.refreshToken;
    clock.advance({ seconds: 6 });
    const third = (await api.refresh(second)).body.refreshToken;
    clock.advance({ seconds: 4 });
    expect((await api.refresh(first)).body.refreshToken).toBe(second);
    clock.advance({ ms: 1 });
    expect((await api.refresh(second)).body.refreshToken).toBe(third);
    expectProblem(await api.refresh(first), 401, 'refresh-token-reused');
    expectProblem(await api.refresh(third), 401, 'invalid-refresh-token');
  });

  it('returns its own successor although the clocks of replicas differ', async () => {
    const { api, clock } = running;
    const first = (await signUp(api)).session.refreshToken;
    clock.advance({ seconds: 15 });
    const second = (await api.refresh(first)).body.refreshToken;
    clock.advance({ seconds: -15 });
    const third = (await api.refresh(second)).body.refreshToken;
    clock.advance({ seconds: 15 });
    expect((await api.refresh(third)).status).toBe(200);
    expect((await api.refresh(first)).body.refreshToken).toBe(second);
  });

  it('is forgotten after that, so the row does not grow', async () => {
    const { api, clock } = running;
    const { session } = await signUp(api);
    let token = session.refreshToken;
    for (let round = 0; round < 5; round++) {
      token = (await api.refresh(token)).body.refreshToken;
      clock.advance({ seconds: 11 });
    }
    const [row] = await query<{ recent_rotations: unknown[] }>(
      database.url,
      'select recent_rotations from accounts.sessions where user_id = $1',
      [session.user.id],
    );
    expect(row?.recent_rotations).toHaveLength(1);
  });
});

describe('a refresh that is rejected because the user is suspended', () => {
  it('does not use up the token', async () => {
    const { api, clock } = running;
    const { session } = await signUp(api);
    await setStatus(session.user.id, 'suspended');
    expectProblem(await api.refresh(session.refreshToken), 401, 'invalid-refresh-token');
    clock.advance({ minutes: 1 });
    await setStatus(session.user.id, 'active');
    const restored = await api.refresh(session.refreshToken);
    expect(restored.status).toBe(200);
    expect((await api.as(restored.body).me()).status).toBe(200);
  });
});

describe('a refresh token of a suspended user that was presented again', () => {
  it('ends the session, which is not there when the user is restored', async () => {
    const { api, clock } = running;
    const { session } = await signUp(api);
    const { refreshToken: latest } = (await api.refresh(session.refreshToken)).body;
    clock.advance({ seconds: 11 });
    await setStatus(session.user.id, 'suspended');
    expectProblem(await api.refresh(session.refreshToken), 401, 'refresh-token-reused');
    await setStatus(session.user.id, 'active');
    expectProblem(await api.refresh(latest), 401, 'invalid-refresh-token');
  });
});

describe('a refresh token that is newer than the database, which was restored from a backup', () => {
  it('is rejected without ending the session', async () => {
    const { api } = running;
    const { session } = await signUp(api);
    const { refreshToken: later } = (await api.refresh(session.refreshToken)).body;
    await query(
      database.url,
      `update accounts.sessions set generation = 0, token_hash = $2, recent_rotations = '[]' where user_id = $1`,
      [session.user.id, hashToken(session.refreshToken)],
    );
    expectProblem(await api.refresh(later), 401, 'invalid-refresh-token');
    expect((await api.refresh(session.refreshToken)).status).toBe(200);
  });
});

describe('a refresh during a sign-out', () => {
  it('waits for it, and fails', async () => {
    const { api } = running;
    const { session } = await signUp(api);
    const signOut = await openTransaction(database.url);
    await signOut.query('update accounts.sessions set ended_at = now() where user_id = $1', [
      session.user.id,
    ]);
    const refresh = api.refresh(session.refreshToken);
    await eventually(async () => expect(await countWaiting(database.url, '%sessions%')).toBe(1));
    await signOut.query('commit');
    expectProblem(await refresh, 401, 'invalid-refresh-token');
  });
});

describe('a session that ends while it is used', () => {
  const { api, clock } = running;

  it('is not taken for active afterwards: ended by another device', async () => {
    const user = await signUp(api);
    const other = await signIn(api, user);
    const { sid } = decodeJwt(other.session.accessToken);
    await beforeStatement(/^commit/i, async () => expect((await other.api.me()).status).toBe(200));
    expect((await user.api.delete(`/auth/sessions/${String(sid)}`)).status).toBe(204);
    expectProblem(await other.api.me(), 401, 'unauthenticated');
  });

  it('is not taken for active afterwards: its refresh token was reused', async () => {
    const { session, api: me } = await signUp(api);
    await api.refresh(session.refreshToken);
    clock.advance({ seconds: 11 });
    await beforeStatement(/^commit/i, async () => expect((await me.me()).status).toBe(200));
    expectProblem(await api.refresh(session.refreshToken), 401, 'refresh-token-reused');
    expectProblem(await me.me(), 401, 'unauthenticated');
  });
});

describe('a sign-out that cannot be stored', () => {
  it.each<[string, (user: SignedUp, id: string) => Promise<{ status: number }>]>([
    ['of the current device', ({ api: me }) => me.post('/auth/logout')],
    ['of another device', ({ api: me }, id) => me.delete(`/auth/sessions/${id}`)],
    ['of all other devices', ({ api: me }) => me.delete('/auth/sessions')],
  ])('is not reported as done: %s', async (_, signOut) => {
    const user = await signUp(running.api);
    await signIn(running.api, user);
    const { body } = await user.api.get<ListBody<DeviceBody>>('/auth/sessions');
    await refuse(database.url, 'update', 'accounts.sessions');
    expect((await signOut(user, body.items[0]?.id ?? '')).status).toBe(500);
  });
});

describe('an expired session', () => {
  it('no longer accepts access tokens', async () => {
    const { api, clock } = running;
    for (const [ms, status] of [
      [1, 200],
      [0, 401],
    ] as const) {
      const { session, api: me } = await signUp(api);
      await query(database.url, 'update accounts.sessions set expires_at = $2 where user_id = $1', [
        session.user.id,
        new Date(clock.millis() + ms),
      ]);
      expect([ms, (await me.me()).status]).toEqual([ms, status]);
    }
  });

  it('keeps its expiry when it is ended', async () => {
    const { api } = running;
    const user = await signUp(api);
    const { session } = await signIn(api, user);
    const set = `update accounts.sessions set expires_at = '2020-01-01Z' where user_id = $1 and token_hash = $2`;
    await query(database.url, set, [user.session.user.id, hashToken(session.refreshToken)]);
    expect((await user.api.delete('/auth/sessions')).status).toBe(204);
    const rows = await query(
      database.url,
      `select ended_at is null as live from accounts.sessions where user_id = $1 and expires_at = '2020-01-01Z'`,
      [user.session.user.id],
    );
    expect(rows).toEqual([{ live: false }]);
  });
});

describe('an ended session', () => {
  it('is over for a replica with a slower clock, too', async () => {
    const { api, clock } = running;
    const user = await signUp(api);
    const [left, reused] = [await signIn(api, user), await signIn(api, user)];
    const next = await api.refresh(reused.session.refreshToken);
    clock.advance({ seconds: 11 });
    expectProblem(await api.refresh(reused.session.refreshToken), 401, 'refresh-token-reused');
    await left.api.post('/auth/logout');
    clock.advance({ seconds: -1 });
    for (const { accessToken, refreshToken } of [left.session, next.body]) {
      expectProblem(await api.as({ accessToken }).me(), 401, 'unauthenticated');
      expectProblem(await api.refresh(refreshToken), 401, 'invalid-refresh-token');
    }
    const { body } = await user.api.get<ListBody<DeviceBody>>('/auth/sessions?total=true');
    expect([body.items.length, body.page.total]).toEqual([1, 1]);
  });

  it('is deleted a day later, however it ended, while active ones stay', async () => {
    const { api, clock, app } = running;
    // It runs in the worker, whose clock a test cannot move.
    const purge = new SessionsPurge(app.get(Connections).database('accounts'), clock);
    const live = await signUp(api);
    const [left, reused] = await Promise.all([signUp(api), signUp(api)]);
    await left.api.post('/auth/logout');
    await api.refresh(reused.session.refreshToken);
    clock.advance({ seconds: 11 });
    expectProblem(await api.refresh(reused.session.refreshToken), 401, 'refresh-token-reused');
    const over = [left.session.user.id, reused.session.user.id];

    clock.advance({ hours: 23 });
    await purge.purge(new AbortController().signal);
    expect(await sessionsOf(over)).toBe(2);
    clock.advance({ hours: 2 });
    await purge.purge(new AbortController().signal);
    expect(await sessionsOf(over)).toBe(0);
    expect(await sessionsOf([live.session.user.id])).toBe(1);
  });
});

async function setStatus(userId: string, status: string): Promise<void> {
  await query(database.url, 'update accounts.users set status = $2 where id = $1', [userId, status]);
}

async function sessionsOf(userIds: readonly string[]): Promise<number> {
  return (await query(database.url, 'select 1 from accounts.sessions where user_id = any($1)', [userIds]))
    .length;
}
