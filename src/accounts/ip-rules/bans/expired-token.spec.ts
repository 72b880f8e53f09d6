import { describe, expect, it } from '@jest/globals';
import { claimsToBeOver } from './expired-token.js';

const tokenOf = (claims: object): string =>
  `Bearer e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

describe('claimsToBeOver', () => {
  const now = Math.floor(Date.now() / 1000);

  it.each([
    ['an expired access token', tokenOf({ exp: now - 1 }), true],
    ['one that is still valid', tokenOf({ exp: now + 60 }), false],
    ['one without an end', tokenOf({}), false],
    ['one whose end is no number', tokenOf({ exp: '1' }), false],
    ['an API key', 'Bearer gh_live_abc', false],
    ['no JSON', 'Bearer a.b.c', false],
    ['null', `Bearer a.${Buffer.from('null').toString('base64url')}.c`, false],
    ['nothing', '', false],
  ])('of %s', (_, authorization, expected) => {
    expect(claimsToBeOver(authorization)).toBe(expected);
  });
});
