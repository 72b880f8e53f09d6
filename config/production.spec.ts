import { describe, expect, it } from '@jest/globals';
import { namesIn, newKey, parse, problemsOf } from '../test/support/environment.js';

const inProduction = (overrides: Record<string, string | undefined>): readonly string[] =>
  problemsOf({ NODE_ENV: 'production', PUBLIC_URL: 'https://accounts.acme.com', ...overrides });

describe('in production', () => {
  const zeros = `k1:${Buffer.alloc(32).toString('base64')}`;
  const text = `k1:${Buffer.from('this is not a key but a sentence').toString('base64')}`;

  it.each([
    ['ENCRYPTION_KEYS', zeros],
    ['BLIND_INDEX_KEYS', text],
    ['ENCRYPTION_KEYS', `${newKey('good')},${zeros}`],
    ['DATABASE_URL', 'postgres://gatehouse:changeme@db.acme.com/gatehouse'],
    ['REDIS_URL', 'rediss://:placeholder@redis.acme.com'],
    ['SMTP_URL', 'smtps://mailer:password@mail.acme.com'],
    ['VAPID_PRIVATE_KEY', Buffer.alloc(32, 1).toString('base64url')],
    ['MANAGEMENT_TOKEN', 'change-me-to-something'],
    ['MANAGEMENT_TOKEN', 'tooShort1234'],
  ])('rejects a weak or placeholder secret in %s but accepts it in development', (name, value) => {
    expect(inProduction({ [name]: value })).toEqual([expect.stringMatching(`^${name} `)]);
    expect(problemsOf({ [name]: value })).toEqual([]);
  });

  it.each(['admin123', 'change-me-please', 'aaaaaaaaaaaaaaaa', 'short but'])(
    'rejects the admin password "%s" but accepts it in development',
    (password) => {
      const admin = { ADMIN_EMAIL: 'root@acme.com', ADMIN_PASSWORD: password };
      expect(inProduction(admin)).toEqual([
        expect.stringMatching(/^ADMIN_PASSWORD is a placeholder or too weak/),
      ]);
      expect(problemsOf(admin)).toEqual([]);
    },
  );

  it('requires https for public URLs, except on loopback', () => {
    expect(inProduction({ PUBLIC_URL: 'http://accounts.acme.com', APP_URL: 'http://acme.com' })).toEqual([
      'PUBLIC_URL must start with https:// in production',
      'APP_URL must start with https:// in production',
    ]);
    // A name that only looks like an address of this machine.
    expect(inProduction({ PUBLIC_URL: 'http://127.acme.com' })).toHaveLength(2);
    for (const url of [
      'http://localhost:3000',
      'http://127.0.0.1',
      'http://[::1]:3000',
      'http://a.localhost',
    ]) {
      expect(inProduction({ PUBLIC_URL: url })).toEqual([]);
    }
  });

  it('allows unencrypted connections to servers on loopback', () => {
    expect(inProduction({ DATABASE_URL: 'postgres://gatehouse:password@127.0.0.1/gatehouse' })).toEqual([]);
    expect(parse({ NODE_ENV: 'production' }).production).toBe(true);
  });

  it('reports these problems together with all others', () => {
    const problems = inProduction({ PORT: 'x', ENCRYPTION_KEYS: zeros, REDIS_URL: undefined });
    expect(namesIn(problems)).toEqual(['PORT', 'REDIS_URL', 'ENCRYPTION_KEYS']);
  });
});
