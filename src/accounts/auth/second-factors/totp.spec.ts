import { describe, expect, it } from '@jest/globals';
import { base32, hotp, otpauthUri, stepAt, stepOf } from './totp.js';

const SECRET = Buffer.from('12345678901234567890');

describe('a one-time password', () => {
  it.each(
    ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'].map(
      (code, counter) => [counter, code] as const,
    ),
  )('by counter is that of RFC 4226: %i is %s', (counter, code) => {
    expect(hotp(SECRET, counter)).toBe(code);
  });

  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('by time is that of RFC 6238: at %i it is %s', (seconds, code) => {
    expect(hotp(SECRET, stepAt(new Date(seconds * 1000)), 8)).toBe(code);
  });

  it('is accepted one step early or late', () => {
    const now = new Date(1_111_111_111_000);
    const accepted = [-2, -1, 0, 1, 2].filter(
      (skew) => stepOf(SECRET, hotp(SECRET, stepAt(now) + skew), now) === stepAt(now) + skew,
    );
    expect(accepted).toEqual([-1, 0, 1]);
    expect(stepOf(SECRET, '', now)).toBeUndefined();
  });
});

describe('the address in the QR code', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('has the secret in base32, as in RFC 4648: %j is %j', (text, encoded) => {
    expect(base32(Buffer.from(text))).toBe(encoded);
  });

  it('names the issuer and the account', () => {
    expect(otpauthUri(SECRET, 'acme.test:8443', 'ada+o@acme.test')).toBe(
      'otpauth://totp/acme.test%3A8443:ada%2Bo%40acme.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=acme.test%3A8443',
    );
  });
});
