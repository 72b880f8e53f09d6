import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { useApiApp } from '../../../../test/support/api-app.js';
import { newKey } from '../../../../test/support/environment.js';
import type { DeviceBody, ListBody } from '../../../../test/support/client.js';
import { aUser, type SignedUp, signIn, signUp } from '../../../../test/support/factories.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { setting } from '../../../../test/support/setting.js';
import { query, refuse, rowCounts } from '../../../../test/support/stored.js';
import { type Challenge, SecondFactors } from './second-factors.js';

class TotpForEveryone extends SecondFactors {
  override challenge(): Promise<Challenge> {
    return Promise.resolve({ mfaToken: 'token', factors: ['totp'] });
  }
}

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;
/** 256 bits. */
const SECRET = expect.stringMatching(/^[\w-]{43}$/);

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

  it('returns no challenge to a suspended user', async () => {
    const suspended = await signUp(api);
    await suspend(suspended);
    expectProblem(await challenging.api.login(suspended), 401, 'invalid-credentials');
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
    const [first, second] = await sessionsOf(user);
    expect(second).toMatchObject({ methods: ['pwd'], authenticated_at: signedInAt });
    const { body: devices } = await api.as(session).get<ListBody<DeviceBody>>('/auth/sessions');
    expect(devices.items[0]).toMatchObject({
      createdAt: signedInAt.toISOString(),
      lastUsedAt: signedInAt.toISOString(),
      expiresAt: new Date(signedInAt.getTime() + THIRTY_DAYS_MS).toISOString(),
    });
    // With a seed that can be guessed, our key alone would be enough to make refresh tokens.
    expect([first?.seed, second?.seed]).toEqual([SECRET, SECRET]);
    expect(first?.seed).not.toBe(second?.seed);
    const authTime = Math.floor(signedInAt.getTime() / 1000);
    expect(decodeJwt(session.accessToken)).toMatchObject({ amr: ['pwd'], auth_time: authTime });

    clock.advance({ hours: 2 });
    const { body } = await api.refresh(session.refreshToken);
    const refreshed = decodeJwt(body.accessToken);
    expect(refreshed).toMatchObject({ amr: ['pwd'], auth_time: authTime });
    expect(refreshed.iat).toBe(Math.floor(clock.millis() / 1000));
    const again = decodeJwt((await api.refresh(session.refreshToken)).body.accessToken);
    expect(again.jti).not.toBe(refreshed.jti);
  });
});

describe('a suspended user', () => {
  it('cannot sign in, and gets no reason', async () => {
    const user = await signUp(api);
    await suspend(user);
    expectProblem(await api.login(user), 401, 'invalid-credentials');
  });
});

async function suspend({ session }: SignedUp): Promise<void> {
  await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
    session.user.id,
  ]);
}

describe('a sign-in that cannot be stored', () => {
  it('is not reported as done', async () => {
    const user = await signUp(api);
    const before = await rowCounts(database.url);
    await refuse(database.url, 'insert', 'accounts.sessions');
    expect((await api.login(user)).status).toBe(500);
    expect((await api.register(aUser())).status).toBe(500);
    expect(await rowCounts(database.url)).toEqual(before);
  });
});

describe('a user whose address was indexed with an earlier key', () => {
  const rotated = useApiApp(
    { BLIND_INDEX_KEYS: `${newKey('new')},${setting('TEST_BLIND_INDEX_KEYS')}` },
    running,
  );

  it('can still sign in, and the address is still taken', async () => {
    const user = await signUp(api);
    expect((await rotated.api.login(user)).status).toBe(200);
    expectProblem(await rotated.api.register(user), 409, 'email-taken');
  });
});

interface SessionRow {
  readonly methods: readonly string[];
  readonly authenticated_at: Date;
  readonly seed: string;
}

/** Oldest first. */
function sessionsOf({ session }: SignedUp): Promise<SessionRow[]> {
  return query<SessionRow>(
    database.url,
    'select methods, authenticated_at, seed from accounts.sessions where user_id = $1 order by id',
    [session.user.id],
  );
}
