import { describe, expect, it } from '@jest/globals';
import { namesIn, parse, problemsOf } from '../test/support/environment.js';

describe('the domain that passkeys belong to', () => {
  it('is that of APP_URL, unless it is set', () => {
    expect(parse({ APP_URL: 'https://app.acme.com:8443/shop' }).webAuthn).toEqual({
      rpId: 'app.acme.com',
      origins: ['https://app.acme.com:8443'],
    });
    const app = `android:apk-key-hash:${'a'.repeat(43)}`;
    const set = {
      WEBAUTHN_RP_ID: 'acme.com',
      WEBAUTHN_ORIGINS: `https://acme.com,https://app.acme.com,${app}`,
    };
    expect(parse(set).webAuthn).toEqual({
      rpId: 'acme.com',
      origins: ['https://acme.com', 'https://app.acme.com', app],
    });
  });

  it.each([
    '',
    '.acme.com',
    'acme.com.',
    'https://acme.com',
    'acme.com:8443',
    '127.0.0.1',
    'ACME.com',
    'a_b.com',
  ])('must be a domain, unlike %j', (rpId) => {
    const problems = namesIn(problemsOf({ WEBAUTHN_RP_ID: rpId, WEBAUTHN_ORIGINS: 'https://acme.com' }));
    expect(problems).toEqual(rpId === '' ? ['WEBAUTHN_ORIGINS'] : ['WEBAUTHN_RP_ID']);
  });

  it.each(['https://evil.com', 'https://notacme.com', 'https://acme.com.evil.com'])(
    'has to be that of all origins, unlike that of %s',
    (origin) => {
      const problems = problemsOf({
        WEBAUTHN_RP_ID: 'acme.com',
        WEBAUTHN_ORIGINS: `https://acme.com,${origin}`,
      });
      expect(problems).toEqual([expect.stringContaining(`and ${origin} isn't`)]);
    },
  );
});
