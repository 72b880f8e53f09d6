import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Clock, IdSource } from '#libs/clock';
import type { AppConfig } from '../../../../config/index.js';
import { newPem } from '../../../../test/support/environment.js';
import { AccessTokenService } from './access-token.service.js';
import { SigningKeys } from './signing-keys.js';

const USER = '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10';
const SESSION = '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a11';
const ACCEPTED = expect.objectContaining({ userId: USER, sessionId: SESSION });

/** Years ahead of the machine's clock, at the beginning of a second. */
class FutureClock extends Clock {
  instant = Date.UTC(2100, 0, 1);

  override now(): Date {
    return new Date(this.instant);
  }
}

const SUBJECT = { userId: USER, sessionId: SESSION, roles: ['user'] };
const clock = new FutureClock();

/** A replica with these private keys. */
async function replicaWith(...pems: string[]) {
  const keys = await SigningKeys.load(pems);
  const config = { publicUrl: 'https://accounts.acme.test' } as AppConfig;
  const tokens = new AccessTokenService(keys, clock, new IdSource(clock), config);
  const issue = () => tokens.issue(SUBJECT, { methods: ['pwd'], at: clock.now() }, 600);
  const issueWith = (changes: object) => {
    const claims = { ...decodeJwt(issue()), ...changes };
    return keys.current.jwt.sign(claims, { header: { alg: 'ES256', typ: 'at+jwt' } });
  };
  return { keys, tokens, issue, issueWith };
}

describe('signing keys', () => {
  it('can be replaced without downtime: the first signs, and all are accepted and published', async () => {
    const [old, next] = [newPem(), newPem()];
    const before = await replicaWith(old);
    const appended = await replicaWith(old, next);
    const moved = await replicaWith(next, old);
    const [first, last] = [appended.issue(), moved.issue()];
    expect([first, last].map((token) => decodeProtectedHeader(token).kid)).toEqual([
      before.keys.current.kid,
      moved.keys.current.kid,
    ]);
    expect(moved.keys.current.kid).not.toBe(before.keys.current.kid);
    for (const replica of [appended, moved]) {
      expect(await Promise.all([first, last].map(async (token) => replica.tokens.verify(token)))).toEqual([
        ACCEPTED,
        ACCEPTED,
      ]);
    }
    expect(await before.tokens.verify(first)).toEqual(ACCEPTED);
    expect(await before.tokens.verify(last)).toBeUndefined();
    const published = ({ keys }: typeof before) => keys.jwks.keys.map(({ kid }) => kid);
    expect(published(appended)).toEqual([before.keys.current.kid, moved.keys.current.kid]);
    expect(published(moved)).toEqual([moved.keys.current.kid, before.keys.current.kid]);
  });
});

describe('an access token', () => {
  it('expires after exactly ten minutes, whether or not it is remembered', async () => {
    const pem = newPem();
    const [remembering, other] = [await replicaWith(pem), await replicaWith(pem)];
    const token = remembering.issue();
    expect(await remembering.tokens.verify(token)).toEqual(ACCEPTED);
    clock.instant += 599_999;
    expect(remembering.tokens.verify(token)).toEqual(ACCEPTED);
    expect(await (await replicaWith(pem)).tokens.verify(token)).toEqual(ACCEPTED);
    clock.instant += 1;
    expect(await remembering.tokens.verify(token)).toBeUndefined();
    expect(await other.tokens.verify(token)).toBeUndefined();
  });

  it.each([{ sub: 'me' }, { sub: USER.toUpperCase() }, { sid: 'mine' }, { sid: SESSION.toUpperCase() }])(
    'names a user and a session as we do, unlike %j',
    async (claims) => {
      const { tokens, issueWith } = await replicaWith(newPem());
      expect(await tokens.verify(issueWith({}))).toEqual(ACCEPTED);
      expect(await tokens.verify(issueWith(claims))).toBeUndefined();
    },
  );

  it('is not remembered as rejected', async () => {
    const { tokens, issueWith } = await replicaWith(newPem());
    const token = issueWith({ nbf: Math.floor(clock.millis() / 1000) + 60 });
    expect(await tokens.verify(token)).toBeUndefined();
    clock.instant += 60_000;
    expect(await tokens.verify(token)).toEqual(ACCEPTED);
  });
});
