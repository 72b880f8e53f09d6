import { describe, expect, it } from '@jest/globals';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { expectProblem } from '../support/problems.js';
import { ADMIN, useApp, useUser, WITH_ADMIN } from '../support/use-app.js';

const ISSUER = 'https://accounts.acme.test';

const { api } = useApp('api', { PUBLIC_URL: ISSUER, APP_URL: 'https://app.acme.test', ...WITH_ADMIN });
const user = useUser(api);

describe('access tokens', () => {
  it('follow RFC 9068 and verify with the published keys', async () => {
    const { body: jwks } = await api.under('').get<JSONWebKeySet>('/.well-known/jwks.json');
    for (const key of jwks.keys) {
      expect(key).toMatchObject({
        kty: 'EC',
        crv: 'P-256',
        alg: 'ES256',
        use: 'sig',
        kid: expect.any(String),
      });
      expect(key).not.toHaveProperty('d');
    }
    const token = user.session.accessToken;
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { issuer: ISSUER, typ: 'at+jwt' });
    expect(payload).toEqual({
      iss: ISSUER,
      aud: expect.anything(),
      sub: user.session.user.id,
      auth_time: expect.any(Number),
      amr: ['pwd'],
      client_id: 'gatehouse',
      sid: expect.any(String),
      roles: ['user'],
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 600,
    });
  });

  it('name the roles of their users', async () => {
    const { body } = await api.login(ADMIN);
    expect(body.user.roles).toContain('admin');
    expect(decodeJwt(body.accessToken)['roles']).toEqual(body.user.roles);
  });

  it('can be verified by gateways through the published metadata', async () => {
    const { body, headers } = await api
      .under('')
      .get<Record<string, unknown>>('/.well-known/oauth-authorization-server');
    expect(body).toEqual({
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      service_documentation: `${ISSUER}/docs`,
      response_types_supported: [],
      grant_types_supported: [],
    });
    // A new key is published some time before it signs.
    const keys = await api.under('').get('/.well-known/jwks.json');
    for (const name of [headers, keys.headers]) {
      expect(name.get('cache-control')).toBe('public, max-age=300');
    }
  });

  it('are rejected when forged', async () => {
    const [, payload = '', signature = ''] = user.session.accessToken.split('.');
    const header = decodeProtectedHeader(user.session.accessToken);
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const { body: jwks } = await api.under('').get<JSONWebKeySet>('/.well-known/jwks.json');
    const publicBytes = new TextEncoder().encode(JSON.stringify(jwks.keys[0]));
    const base = { typ: 'at+jwt', kid: header.kid ?? '' };
    const forged = {
      'of another key': await new SignJWT(claims)
        .setProtectedHeader({ ...base, alg: 'ES256' })
        .sign(privateKey),
      'with its key in the header': await new SignJWT(claims)
        .setProtectedHeader({ ...base, alg: 'ES256', jwk })
        .sign(privateKey),
      'signed with the public key as a secret': await new SignJWT(claims)
        .setProtectedHeader({ ...base, alg: 'HS256' })
        .sign(publicBytes),
      'with no signature': `${encode({ ...base, alg: 'none' })}.${payload}.`,
      'with other claims': `${encode(header)}.${encode({ ...claims, roles: ['admin'] })}.${signature}`,
      'with another type': `${encode({ ...header, typ: 'JWT' })}.${payload}.${signature}`,
      'with an unknown key': `${encode({ ...header, kid: '../../etc/passwd' })}.${payload}.${signature}`,
      'with a null header': `${encode(null)}.${payload}.${signature}`,
    };
    for (const [what, accessToken] of Object.entries(forged)) {
      const answer = await api.as({ accessToken }).me();
      expect([what, answer.status]).toEqual([what, 401]);
      expectProblem(answer, 401, 'unauthenticated');
    }
    expect((await user.api.me()).status).toBe(200);
  });
});

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
