import { describe, expect, it, jest } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ReplicaChannel } from '#libs/redis';
import { AccessTokenService } from '../../src/accounts/auth/tokens/access-token.service.js';
import { useApiApp } from '../support/api-app.js';
import type { DeviceBody, ListBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { expectProblem } from '../support/problems.js';
import { signedToken, withStrayBits } from '../support/signed-token.js';
import { useUser } from '../support/use-app.js';
import { query } from '../support/stored.js';

const running = useApiApp();
const { api, clock, database } = running;
const user = useUser(api);
const stranger = useUser(api);

const HEADER = { alg: 'ES256', typ: 'at+jwt' };
/** What the claims and the header of an accepted token are changed to. Undefined removes one. */
interface Changes {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
}

const nowSeconds = (): number => Math.floor(clock.millis() / 1000);
const sessionOf = ({ session }: SignedUp): unknown => decodeJwt(session.accessToken)['sid'];
const kid = (): unknown => decodeProtectedHeader(user.session.accessToken).kid;

/** The user's access token with changes, signed by our own key. */
function tokenWith({ header = {}, claims = {} }: Changes): string {
  const original = decodeJwt(user.session.accessToken);
  return signedToken({ ...HEADER, kid: kid(), ...header }, { ...original, ...claims });
}

describe('an access token with a valid signature', () => {
  it('is accepted unless something else is wrong with it', async () => {
    expect(await statusOf(tokenWith({}))).toBe(200);
    expect(await statusOf(tokenWith({ claims: { nbf: nowSeconds() - 60, exp: nowSeconds() + 60 } }))).toBe(
      200,
    );
    expect(await statusOf(tokenWith({ claims: { aud: ['https://else.test', issuer()] } }))).toBe(200);
    expect(await statusOf(tokenWith({ claims: { roles: ['x'.repeat(5_000)] } }))).toBe(200);
  });

  it.each<[string, () => Changes]>([
    ['another type', () => ({ header: { typ: 'JWT' } })],
    ['no type', () => ({ header: { typ: undefined } })],
    ['an unknown critical extension', () => ({ header: { crit: ['x'], x: true } })],
    ['a critical extension that changes the payload', () => ({ header: { crit: ['b64'], b64: false } })],
    ['an empty list of critical extensions', () => ({ header: { crit: [] } })],
    ['no key ID', () => ({ header: { kid: undefined } })],
    ['an unknown key ID', () => ({ header: { kid: 'other' } })],
    ['the name of a built-in property as its key ID', () => ({ header: { kid: '__proto__' } })],
    ['a number as its key ID', () => ({ header: { kid: 1 } })],
    ['a list as its key ID', () => ({ header: { kid: [kid()] } })],
    ['another algorithm', () => ({ header: { alg: 'ES384' } })],
    ['no algorithm', () => ({ header: { alg: 'none' } })],
    ['another issuer', () => ({ claims: { iss: 'https://else.test' } })],
    ['no issuer', () => ({ claims: { iss: undefined } })],
    ['another audience', () => ({ claims: { aud: 'https://else.test' } })],
    ['no audience', () => ({ claims: { aud: undefined } })],
    ['no ID of its own', () => ({ claims: { jti: undefined } })],
    ['no client', () => ({ claims: { client_id: undefined } })],
    ['no expiry', () => ({ claims: { exp: undefined } })],
    ['a text as its expiry', () => ({ claims: { exp: String(nowSeconds() + 60) } })],
    ['null as its expiry', () => ({ claims: { exp: null } })],
    ['an expiry in the past', () => ({ claims: { exp: nowSeconds() } })],
    ['no time of issue', () => ({ claims: { iat: undefined } })],
    ['a text as its time of issue', () => ({ claims: { iat: 'today' } })],
    ['a beginning in the future', () => ({ claims: { nbf: nowSeconds() + 60 } })],
    ['a text as its beginning', () => ({ claims: { nbf: 'today' } })],
    ['no subject', () => ({ claims: { sub: undefined } })],
    ['a subject that is no ID', () => ({ claims: { sub: 'me' } })],
    ['a subject in capitals', () => ({ claims: { sub: user.session.user.id.toUpperCase() } })],
    ['a subject that is a list', () => ({ claims: { sub: [user.session.user.id] } })],
    ['a subject who does not own the session', () => ({ claims: { sub: stranger.session.user.id } })],
    ['a session of someone else', () => ({ claims: { sid: sessionOf(stranger) } })],
    ['no session', () => ({ claims: { sid: undefined } })],
    ['a session that is no ID', () => ({ claims: { sid: 'mine' } })],
    ['a session in capitals', () => ({ claims: { sid: String(sessionOf(user)).toUpperCase() } })],
    ['a session that is an object', () => ({ claims: { sid: { id: sessionOf(user) } } })],
    ['a session that does not exist', () => ({ claims: { sid: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10' } })],
  ])('is rejected with %s', async (_, changes) => {
    // First with the session unknown to the cache, then known.
    await expectRejected(tokenWith(changes()));
    expect(await statusOf(user.session.accessToken)).toBe(200);
    expect(await statusOf(stranger.session.accessToken)).toBe(200);
    await expectRejected(tokenWith(changes()));
  });

  it('is rejected with an expiry beyond all numbers', async () => {
    const claims = JSON.stringify({ ...decodeJwt(user.session.accessToken), exp: 0 });
    await expectRejected(signedToken({ ...HEADER, kid: kid() }, claims.replace('"exp":0', '"exp":1e999')));
  });

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"text"'],
    ['another token', 'eyJhbGciOiJub25lIn0.e30.'],
    ['nested a thousand times', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ])('is rejected if its payload is %s', async (_, payload) => {
    await expectRejected(signedToken({ ...HEADER, kid: kid() }, payload));
  });

  it('is rejected if it is longer than any that we issue', async () => {
    await expectRejected(tokenWith({ claims: { padding: 'x'.repeat(8_000) } }));
  });

  it('is verified once for all requests that bring it at the same time', async () => {
    const tokens = running.app.get(AccessTokenService);
    const token = tokenWith({});
    const first = tokens.verify(token);
    expect(first).toBeInstanceOf(Promise);
    expect(tokens.verify(token)).toBe(first);
    const claims = await first;
    expect(tokens.verify(token)).toBe(claims);
  });

  it('is rejected with other claims once the signature has been accepted', async () => {
    const [header, , signature] = user.session.accessToken.split('.');
    const [, payload] = stranger.session.accessToken.split('.');
    expect(await statusOf(user.session.accessToken)).toBe(200);
    await expectRejected([header, payload, signature].join('.'));
    expect(await statusOf(user.session.accessToken)).toBe(200);
  });

  it('expires while it is remembered', async () => {
    const token = tokenWith({ claims: { exp: nowSeconds() + 5 } });
    expect(await statusOf(token)).toBe(200);
    clock.advance({ seconds: 5 });
    await expectRejected(token);
  });
});

describe('a token in another spelling', () => {
  it('is rejected, although a lenient decoder would read the same access token', async () => {
    const token = user.session.accessToken;
    const [header = '', payload = '', signature = ''] = token.split('.');
    // 64 bytes leave four bits of the last character unused.
    await expectRejected([header, payload, withStrayBits(signature)].join('.'));
    await expectRejected(`${token}==`);
    await expectRejected(
      [header, payload, signature.replaceAll('-', '+').replaceAll('_', '/')].join('.') + '=',
    );
    await expectRejected([header, payload, signature, ''].join('.'));
    expect(await statusOf(token)).toBe(200);
  });

  it('is rejected as a refresh token, which stays valid', async () => {
    const { session } = await signIn(api, user);
    const first = session.refreshToken;
    // The first 27 characters spell 20 bytes, which leaves two bits unused.
    const respelled = `${withStrayBits(first.slice(0, 27))}${first.slice(27)}`;
    expectProblem(await api.refresh(respelled), 401, 'invalid-refresh-token');
    const second = (await api.refresh(first)).body.refreshToken;
    clock.advance({ seconds: 11 });
    // Reuse of the first one would end the session.
    expectProblem(await api.refresh(respelled), 401, 'invalid-refresh-token');
    expectProblem(await api.refresh(withStrayBits(second)), 401, 'invalid-refresh-token');
    expect((await api.refresh(second)).status).toBe(200);
  });

  it('is rejected as a cursor', async () => {
    await signIn(api, user);
    const { body } = await user.api.get<ListBody<DeviceBody>>('/auth/sessions?limit=1');
    const cursor = body.page.nextCursor ?? '';
    const list = (text: string) => user.api.get(`/auth/sessions?limit=1&cursor=${encodeURIComponent(text)}`);
    expect((await list(cursor)).status).toBe(200);
    for (const respelled of respellings(cursor)) {
      expectProblem(await list(respelled), 400, 'invalid-cursor');
    }
  });
});

describe('a session', () => {
  it('ends at once for access tokens when its refresh token is reused', async () => {
    const { session } = await signIn(api, user);
    await api.refresh(session.refreshToken);
    clock.advance({ seconds: 11 });
    expect(await statusOf(session.accessToken)).toBe(200);
    expectProblem(await api.refresh(session.refreshToken), 401, 'refresh-token-reused');
    await expectRejected(session.accessToken);
  });

  it('is no longer accepted once its user is suspended', async () => {
    const someone = await signUp(api);
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
      someone.session.user.id,
    ]);
    await expectRejected(someone.session.accessToken);
  });

  it('is checked again after thirty seconds, in case no one announced a change', async () => {
    const someone = await signUp(api);
    // A whole number: adding to another and subtracting again may not give the same.
    const start = Math.floor(performance.now());
    const clock = jest.spyOn(performance, 'now').mockReturnValue(start);
    // Otherwise, the channel would notice that it heard nothing meanwhile.
    const since = jest.spyOn(running.app.get(ReplicaChannel), 'reliableSince', 'get').mockReturnValue(0);
    await hold(undefined, () => [clock, since].forEach((spy) => spy.mockRestore()));
    expect(await statusOf(someone.session.accessToken)).toBe(200);
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
      someone.session.user.id,
    ]);
    clock.mockReturnValue(start + 30_000);
    expect(await statusOf(someone.session.accessToken)).toBe(200);
    clock.mockReturnValue(start + 30_001);
    await expectRejected(someone.session.accessToken);
  });
});

function issuer(): string {
  return String(decodeJwt(user.session.accessToken).iss);
}

/** Every text that differs from `sealed` in unused bits, padding or alphabet only. */
function respellings(sealed: string): string[] {
  return [
    `${sealed}=`,
    `${sealed}==`,
    sealed.replace(/[-_](?=[^.]*$)/, (character) => (character === '-' ? '+' : '/')),
    withStrayBits(sealed),
  ].filter((text) => text !== sealed);
}

async function statusOf(accessToken: string): Promise<number> {
  return (await api.as({ accessToken }).me()).status;
}

async function expectRejected(accessToken: string): Promise<void> {
  const answer = await api.as({ accessToken }).me();
  expectProblem(answer, 401, 'unauthenticated');
  expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
}
