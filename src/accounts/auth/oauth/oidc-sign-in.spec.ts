import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { Connections } from '#libs/database';
import { useApiApp } from '../../../../test/support/api-app.js';
import { setUpTotp } from '../../../../test/support/authenticator.js';
import {
  ACCOUNTS,
  APP,
  aVerifier,
  browserAt,
  exchange,
  followRealTime,
  leadThrough,
  OAUTH_SETTINGS,
  signInWith,
  startUrl,
} from '../../../../test/support/oauth.js';
import { ExchangeCodesPurge } from './exchange-codes.purge.js';
import { useOidcProvider } from '../../../../test/support/oidc-provider.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { query } from '../../../../test/support/stored.js';

const provider = useOidcProvider(() => [`${ACCOUNTS}/v2/auth/oauth/acme-sso/callback`]);
const running = useApiApp(() => ({
  ...OAUTH_SETTINGS,
  OAUTH_ACME_SSO_ISSUER: provider.issuer,
  OAUTH_ACME_SSO_CLIENT_ID: provider.clientId,
  OAUTH_ACME_SSO_CLIENT_SECRET: provider.clientSecret,
  OAUTH_ACME_SSO_TRUST_EMAIL: 'true',
}));
const { api, database, clock } = running;
followRealTime(clock);

const ADA = { sub: 'ada', email: 'ada@acme.test', email_verified: true, name: 'Ada', locale: 'de-AT' };

describe('a sign-in with OpenID Connect', () => {
  it('opens a verified account the first time, and signs in to it from then on', async () => {
    provider.signIn(ADA);
    const first = await signInWith(api, 'acme-sso');
    expect(first.status).toBe(200);
    expect(first.body.user).toMatchObject({
      email: ADA.email,
      emailVerified: true,
      displayName: 'Ada',
      locale: 'de-AT',
      roles: ['user'],
    });
    expect(decodeJwt(first.body.accessToken)['amr']).toEqual(['fed']);
    expect((await api.as(first.body).me()).body.id).toBe(first.body.user.id);

    provider.signIn({ ...ADA, email: 'ada@elsewhere.test' });
    const second = await signInWith(api, 'acme-sso');
    expect(second.body.user).toMatchObject({ id: first.body.user.id, email: ADA.email });
  });

  it('is offered by name and title', async () => {
    const { status, body } = await api.get('/auth/oauth/providers');
    expect([status, body]).toEqual([200, { items: [{ name: 'acme-sso', title: 'Acme Sso' }] }]);
  });

  it('starts with PKCE, a nonce and a state, and marks the browser', async () => {
    const { status, headers, location } = await browserAt(api).visit(startUrl('acme-sso', aVerifier()));
    expect(status).toBe(302);
    const { searchParams } = new URL(location ?? '');
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: provider.clientId,
      redirect_uri: `${ACCOUNTS}/v2/auth/oauth/acme-sso/callback`,
      scope: 'openid email profile',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^v1\./),
    });
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-gatehouse-oauth=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('leads back with a code that works once', async () => {
    provider.signIn(ADA);
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'acme-sso', verifier);
    expect((await exchange(api, code, verifier)).status).toBe(200);
    expectProblem(await exchange(api, code, verifier), 400, 'invalid-exchange-code');
  });

  it('leads back with a code that only the right verifier can exchange, at the first attempt', async () => {
    provider.signIn(ADA);
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'acme-sso', verifier);
    expectProblem(await exchange(api, code, aVerifier()), 400, 'invalid-exchange-code');
    expectProblem(await exchange(api, code, verifier), 400, 'invalid-exchange-code');
  });

  it('leads back with a code that works for 60 seconds', async () => {
    provider.signIn(ADA);
    const [inTime, late] = [aVerifier(), aVerifier()];
    const codes = [await leadThrough(api, 'acme-sso', inTime), await leadThrough(api, 'acme-sso', late)];
    clock.advance({ seconds: 59 });
    expect((await exchange(api, codes[0]?.code ?? null, inTime)).status).toBe(200);
    clock.advance({ seconds: 1 });
    expectProblem(await exchange(api, codes[1]?.code ?? null, late), 400, 'invalid-exchange-code');
    clock.advance({ minutes: -1 });
  });

  it('leads back with a code that is deleted when its state has expired, and not before', async () => {
    provider.signIn(ADA);
    await leadThrough(api, 'acme-sso', aVerifier());
    const purge = new ExchangeCodesPurge(running.app.get(Connections).database('accounts'), clock);
    const purged = (): Promise<number> => purge.purge(new AbortController().signal);
    clock.advance({ minutes: 9 });
    expect(await purged()).toBe(0);
    clock.advance({ minutes: 1, seconds: 1 });
    expect(await purged()).toBeGreaterThan(0);
    expect(await query(database.url, 'select 1 from accounts.oauth_codes')).toEqual([]);
    clock.advance({ minutes: -10, seconds: -1 });
  });

  it('stores no code and no address in clear', async () => {
    provider.signIn(ADA);
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'acme-sso', verifier);
    const rows = await query(
      database.url,
      'select to_jsonb(c) as row from accounts.oauth_codes c union all select to_jsonb(i) from accounts.identities i',
    );
    expect(JSON.stringify(rows)).toContain(verifier.codeChallenge);
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(JSON.stringify(rows)).not.toContain(ADA.email);
  });

  it('keeps when the provider signed the user in, so that a slow exchange is no fresh proof', async () => {
    provider.signIn(ADA);
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'acme-sso', verifier);
    const provedAt = Math.floor(clock.millis() / 1000);
    clock.advance({ seconds: 30 });
    const { body } = await exchange(api, code, verifier);
    expect(decodeJwt(body.accessToken)['auth_time']).toBe(provedAt);
    clock.advance({ seconds: -30 });
  });

  it('asks for the second factor, if the user has one', async () => {
    provider.signIn({ ...ADA, sub: 'grace', email: 'grace@acme.test' });
    const { body: session } = await signInWith(api, 'acme-sso');
    const { app } = await setUpTotp(api.as(session), clock);
    const { mfaToken } = expectProblem(await signInWith(api, 'acme-sso'), 401, 'mfa-required') as unknown as {
      readonly mfaToken: string;
    };
    const { status, body } = await api.post<{ accessToken: string }>('/auth/login/mfa', {
      mfaToken,
      factor: 'totp',
      code: app.code(),
    });
    expect(status).toBe(200);
    expect(decodeJwt(body.accessToken)['amr']).toEqual(['fed', 'otp', 'mfa']);
  });

  it('starts no session if all of the user have been ended since', async () => {
    provider.signIn(ADA);
    const { body: session } = await signInWith(api, 'acme-sso');
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'acme-sso', verifier);
    await api.as(session).delete('/auth/sessions');
    expectProblem(await exchange(api, code, verifier), 400, 'invalid-exchange-code');
  });

  it('lets a browser keep its device cookie and refresh cookie, as every sign-in does', async () => {
    provider.signIn(ADA);
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'acme-sso', verifier);
    const page = api.with({ origin: ACCOUNTS, 'session-transport': 'cookie' });
    const { headers, body } = await exchange(page, code, verifier);
    expect(headers.getSetCookie().join('\n')).toMatch(
      /gatehouse-refresh=[\s\S]*__Host-gatehouse-device=|device=[\s\S]*refresh=/,
    );
    expect(body.refreshToken).toBeUndefined();
  });

  it('does not start without the parameters of PKCE, nor with another method than S256', async () => {
    for (const [overrides, pointer] of [
      [{ codeChallengeMethod: 'plain' }, '/codeChallengeMethod'],
      [{ codeChallenge: 'short' }, '/codeChallenge'],
    ] as const) {
      const { pathname, search } = new URL(startUrl('acme-sso', aVerifier(), overrides));
      const answer = await api.under('').get(`${pathname}${search}`);
      expect(expectProblem(answer, 400, 'invalid-input').errors?.map((error) => error.pointer)).toEqual([
        pointer,
      ]);
    }
    const bare = `/auth/oauth/acme-sso?redirectTo=${encodeURIComponent(APP)}`;
    expect(expectProblem(await api.get(bare), 400, 'invalid-input').errors).toHaveLength(2);
  });
});
