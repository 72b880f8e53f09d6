import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { SessionsPurge } from '../../src/accounts/auth/sessions/sessions.purge.js';
import { useApiApp } from '../support/api-app.js';
import { signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';

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

describe('an ended session', () => {
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
