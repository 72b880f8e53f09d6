import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { useApiApp } from '../../../../test/support/api-app.js';
import { aUser, type SignedUp, signIn, signUp } from '../../../../test/support/factories.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { query } from '../../../../test/support/stored.js';
import { type Challenge, SecondFactors } from './second-factors.js';

class TotpForEveryone extends SecondFactors {
  override challenge(): Promise<Challenge> {
    return Promise.resolve({ mfaToken: 'token', factors: ['totp'] });
  }
}

const running = useApiApp();
const { api, clock, database } = running;

describe('a sign-in that needs a second factor', () => {
  const challenging = useApiApp({}, running, [{ provide: SecondFactors, useClass: TotpForEveryone }]);
  let user: SignedUp;

  beforeAll(async () => {
    user = await signUp(api);
  });

  it('returns the challenge instead of a session', async () => {
    const before = await sessionsOf(user);
    const answer = await challenging.api.login(user);
    expect(expectProblem(answer, 401, 'mfa-required')).toMatchObject({
      mfaToken: 'token',
      factors: ['totp'],
    });
    expect(answer.body).not.toHaveProperty('accessToken');
    expect(await sessionsOf(user)).toEqual(before);
  });

  it('returns no challenge for a wrong password', async () => {
    const answer = await challenging.api.login({ ...user, password: 'wrong' });
    expect(expectProblem(answer, 401, 'invalid-credentials')).not.toHaveProperty('mfaToken');
  });

  it('returns the challenge after a registration, too', async () => {
    const newcomer = aUser();
    expectProblem(await challenging.api.register(newcomer), 401, 'mfa-required');
    expect(await sessionsOf(await signIn(api, newcomer))).toHaveLength(1);
  });
});

describe('a session', () => {
  it('records how and when the user signed in, and so do its tokens', async () => {
    const user = await signUp(api);
    clock.advance({ hours: 1 });
    const { session } = await signIn(api, user);
    const signedInAt = clock.now();
    const [, second] = await sessionsOf(user);
    expect(second).toEqual({ methods: ['pwd'], authenticated_at: signedInAt });
    const authTime = Math.floor(signedInAt.getTime() / 1000);
    expect(decodeJwt(session.accessToken)).toMatchObject({ amr: ['pwd'], auth_time: authTime });

    clock.advance({ hours: 2 });
    const { body } = await api.refresh(session.refreshToken);
    const refreshed = decodeJwt(body.accessToken);
    expect(refreshed).toMatchObject({ amr: ['pwd'], auth_time: authTime });
    expect(refreshed.iat).toBe(Math.floor(clock.millis() / 1000));
  });
});

describe('a suspended user', () => {
  it('cannot sign in, and gets no reason', async () => {
    const user = await signUp(api);
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
      user.session.user.id,
    ]);
    expectProblem(await api.login(user), 401, 'invalid-credentials');
  });
});

interface SessionRow {
  readonly methods: readonly string[];
  readonly authenticated_at: Date;
}

/** Oldest first. */
function sessionsOf({ session }: SignedUp): Promise<SessionRow[]> {
  return query<SessionRow>(
    database.url,
    'select methods, authenticated_at from accounts.sessions where user_id = $1 order by id',
    [session.user.id],
  );
}
