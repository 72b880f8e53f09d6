import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parse, problemsOf } from '../test/support/environment.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { d = '', x = '', y = '' } = privateKey.export({ format: 'jwk' });
const VAPID_PRIVATE_KEY = d;
/** The order of the curve, which is one more than the largest private key. */
const ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';

describe('VAPID_PRIVATE_KEY', () => {
  it('brings its public key along', () => {
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    const publicKey = point.toString('base64url');
    expect(parse({ VAPID_PRIVATE_KEY }).vapid).toMatchObject({ privateKey: d, publicKey });
    expect(parse({ VAPID_PRIVATE_KEY }, 'api').vapid).toMatchObject({ publicKey });
  });

  it('is optional, and the worker does not read it', () => {
    expect(parse().vapid).toBeNull();
    expect(parse({ VAPID_PRIVATE_KEY }, 'worker').vapid).toBeNull();
  });

  it('lets push services write to the public URL, or to the sender of emails if that is not https', () => {
    const publicUrl = { PUBLIC_URL: 'https://id.acme.com' };
    expect(parse({ VAPID_PRIVATE_KEY, ...publicUrl }).vapid?.subject).toBe('https://id.acme.com');
    expect(parse({ VAPID_PRIVATE_KEY }).vapid?.subject).toBe('mailto:no-reply@localhost');
    const sender = { MAIL_FROM: 'Acme <hello@acme.com>' };
    expect(parse({ VAPID_PRIVATE_KEY, ...sender }).vapid?.subject).toBe('mailto:hello@acme.com');
  });

  it.each([
    ['too short', d.slice(0, 40)],
    ['too long', `${d}AAAA`],
    ['padded', `${d}=`],
    ['zero', Buffer.alloc(32).toString('base64url')],
    ['not below the order of the curve', Buffer.from(ORDER, 'hex').toString('base64url')],
    ['a public key', Buffer.alloc(65, 4).toString('base64url')],
    ['not base64url', 'a sentence instead of thirty-two bytes!!!!!'],
  ])('is rejected if it is %s', (_, key) => {
    expect(problemsOf({ VAPID_PRIVATE_KEY: key })).toEqual([
      expect.stringMatching(/^VAPID_PRIVATE_KEY must be a P-256 private key/),
    ]);
  });
});
