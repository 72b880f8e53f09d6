import { describe, expect, it } from '@jest/globals';
import { describeError, redactText } from './redaction.js';

describe('redactText', () => {
  it.each([
    ['an address', 'no such user: ada.b+c@acme.co.uk!', 'no such user: [email]!'],
    ['an address in a URL', '/x?email=ada%40acme.com&a=1', '/x?email=[email]&a=1'],
    ['an access token', 'Bearer eyJhbGciOiJF.eyJzdWIiOiIx.c2ln', 'Bearer [token]'],
    ['an opaque token', `token=${'a'.repeat(43)}`, 'token=[token]'],
    ['the password in a URL', 'redis://user:pass@host:1', 'redis://[credentials]@host:1'],
  ])('redacts %s', (_, text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  it.each([
    'at x (file:///app/node_modules/@mikro-orm/core/index.js:6:16)',
    'request 0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10 took 3 ms',
  ])('keeps "%s"', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('describeError', () => {
  it('keeps type, message, code and cause, and drops other properties', () => {
    const cause = Object.assign(new Error('for ada@acme.com'), { parameters: ['secret'] });
    const error = Object.assign(new TypeError('failed', { cause }), {
      code: 'E_FAILED',
      email: 'ada@acme.com',
    });
    const described = describeError(error);
    expect(described).toMatchObject({
      type: 'TypeError',
      message: 'failed',
      code: 'E_FAILED',
      cause: { message: 'for [email]' },
    });
    expect(JSON.stringify(described)).not.toMatch(/ada|secret/);
  });
});
