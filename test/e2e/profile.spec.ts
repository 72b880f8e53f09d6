import { describe, expect, it } from '@jest/globals';
import type { UserBody } from '../support/client.js';
import { aUser } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { useApp, useUser } from '../support/use-app.js';

const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

const { api } = useApp('api');
const user = useUser(api);

describe('the ETag of a profile', () => {
  it('returns 304 when the client already has the current version', async () => {
    const etag = await currentEtag();
    expect(etag).toMatch(/^"[^"]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await user.api.get('/users/me', { 'if-none-match': known });
      expect([known, answer.status, answer.body]).toEqual([known, 304, undefined]);
      expect(answer.headers.get('etag')).toBe(etag);
    }
    expect((await user.api.get('/users/me', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it("prevents overwriting someone else's change", async () => {
    const etag = await currentEtag();
    const first = await patch({ displayName: 'Grace' }, { 'if-match': etag });
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).not.toBe(etag);
    expect(first.headers.get('etag')).toBe(await currentEtag());

    expectProblem(await patch({ displayName: 'Late' }, { 'if-match': etag }), 412, 'precondition-failed');
    // Weak validators never match strongly (RFC 9110, section 13.1.1).
    const weak = `W/${await currentEtag()}`;
    expectProblem(await patch({ displayName: 'Weak' }, { 'if-match': weak }), 412, 'precondition-failed');
    expect((await user.api.me()).body.displayName).toBe('Grace');
    expect((await patch({ displayName: 'Any' }, { 'if-match': '*' })).status).toBe(200);
    expect((await patch({ displayName: 'Unconditional' })).status).toBe(200);
  });

  it('lets one of several concurrent changes to the same version through', async () => {
    const etag = await currentEtag();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => patch({ displayName: `Racer ${n}` }, { 'if-match': etag })),
    );
    const done = answers.filter(({ status }) => status === 200);
    expect(done).toHaveLength(1);
    for (const { status } of answers.filter((answer) => !done.includes(answer))) {
      expect(status).toBe(412);
    }
    expect((await user.api.me()).body).toEqual(done[0]?.body);
  });
});

describe('updating a profile', () => {
  it('merges: omitted members stay, null removes or resets', async () => {
    await patch({
      displayName: 'Ada',
      locale: 'de',
      timezone: 'Europe/Vienna',
      avatarUrl: 'https://acme.test/a.png',
    });
    const { body } = await patch({ displayName: null, avatarUrl: null });
    expect(body).toMatchObject({
      displayName: null,
      avatarUrl: null,
      locale: 'de',
      timezone: 'Europe/Vienna',
    });
    expect((await patch({ locale: null, timezone: null })).body).toMatchObject({
      locale: 'en',
      timezone: 'UTC',
    });
    expect((await user.api.me()).body).toMatchObject({ displayName: null, locale: 'en' });
  });

  // RFC 7396, appendix A, and one level deeper.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: { f: null } }, { a: { bb: { ccc: null } } }, { e: {}, a: { bb: {} } }],
    [{ a: 'b' }, null, {}],
  ])('merges metadata %j with %j', async (before, change, after) => {
    await patch({ metadata: null });
    await patch({ metadata: before });
    expect((await patch({ metadata: change })).body.metadata).toEqual(after);
    expect((await user.api.me()).body.metadata).toEqual(after);
  });

  it("keeps metadata named like JavaScript's own properties", async () => {
    const metadata = { constructor: 'Brunel', toString: 1, valueOf: { hasOwnProperty: 'y' } };
    await patch({ metadata: null });
    expect((await patch({ metadata })).body.metadata).toEqual(metadata);
  });

  it('accepts a merge patch or plain JSON', async () => {
    for (const headers of [MERGE_PATCH, { 'content-type': 'application/json; charset=utf-8' }]) {
      expect((await patch({ displayName: 'Ada' }, headers)).status).toBe(200);
    }
    const answer = await user.api.patch('/users/me', [], { 'content-type': 'application/json-patch+json' });
    expectProblem(answer, 415, 'unsupported-media-type');
  });

  it.each([
    ['/emailVerified', { emailVerified: true }, 'unknown-member'],
    ['/roles', { roles: ['admin'] }, 'unknown-member'],
    ['/email', { email: 'eve@acme.test' }, 'unknown-member'],
    ['/id', { id: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10' }, 'unknown-member'],
    ['/displayName', { displayName: '' }, 'too-short'],
    ['/displayName', { displayName: 'x'.repeat(101) }, 'too-long'],
    ['/displayName', { displayName: 7 }, 'wrong-type'],
    ['/locale', { locale: 'no locale' }, 'invalid-locale'],
    ['/timezone', { timezone: 'Europe/Atlantis' }, 'invalid-timezone'],
    ['/timezone', { timezone: '+01:00' }, 'invalid-timezone'],
    ['/avatarUrl', { avatarUrl: 'javascript:alert(1)' }, 'invalid-url'],
    ['/avatarUrl', { avatarUrl: 'http://acme.test/a.png' }, 'invalid-url'],
    ['/avatarUrl', { avatarUrl: ' https://acme.test/a.png' }, 'invalid-url'],
    ['/avatarUrl', { avatarUrl: 'https:acme.test' }, 'invalid-url'],
    ['/avatarUrl', { avatarUrl: 'https://ada:secret@acme.test/' }, 'invalid-url'],
    ['/avatarUrl', { avatarUrl: 'https://a"b.acme.test/' }, 'invalid-url'],
    ['/avatarUrl', { avatarUrl: `https://acme.test/${'ä'.repeat(1_000)}` }, 'too-long'],
    ['/metadata', { metadata: [1] }, 'wrong-type'],
    ['/metadata', { metadata: { text: 'x'.repeat(16 * 1024) } }, 'too-large'],
  ])('rejects %s of %j', async (pointer, change, code) => {
    const before = await user.api.me();
    const problem = expectProblem(await patch(change), 400, 'invalid-input');
    expect(problem.errors).toEqual([expect.objectContaining({ pointer, code })]);
    const after = await user.api.me();
    expect(after.body).toEqual(before.body);
    expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
  });

  it.each([
    ['a space', ' '],
    ['a zero-width space', '\u200b'],
    ['a Hangul filler', '\u3164'],
    ['an override', '\u202e'],
    ['a bell', '\u0007'],
    ['two lines', 'a\nb'],
  ])('rejects a name that is %s', async (_, displayName) => {
    const code = displayName.trim() === '' ? 'too-short' : 'invalid-name';
    for (const answer of [await patch({ displayName }), await api.register(aUser({ displayName }))]) {
      const problem = expectProblem(answer, 400, 'invalid-input');
      expect(problem.errors).toEqual([
        expect.objectContaining({
          pointer: '/displayName',
          code,
        }),
      ]);
    }
  });

  it.each([`${'x'.repeat(63)}😀`, `${'x'.repeat(99)}👩‍👩‍👧‍👦`, '👨🏻‍❤️‍💋‍👨🏿'.repeat(100), 'نگار علی‌رضا', 'E\u0301mile'])(
    'keeps the name %s as it is',
    async (displayName) => {
      expect((await patch({ displayName })).body.displayName).toBe(displayName);
      expect((await user.api.me()).body.displayName).toBe(displayName);
    },
  );

  it('trims a name, and counts its characters as people do', async () => {
    expect((await patch({ displayName: ' \u00a0Ada L.\n' })).body.displayName).toBe('Ada L.');
    const problem = expectProblem(await patch({ displayName: '👩‍👩‍👧‍👦'.repeat(101) }), 400, 'invalid-input');
    expect(problem.errors).toEqual([
      {
        pointer: '/displayName',
        code: 'too-long',
        message: 'must be at most 100 characters long',
        maximum: 100,
      },
    ]);
  });

  it('stores the URL of a picture as an RFC 3986 URI', async () => {
    const avatarUrl = 'https://ü.acme.test/<x>|%zz#[';
    const uri = 'https://xn--tda.acme.test/%3Cx%3E%7C%25zz#%5B';
    const { body, headers } = await patch({ avatarUrl });
    expect(body.avatarUrl).toBe(uri);
    const again = await patch({ avatarUrl });
    expect(again.headers.get('etag')).toBe(headers.get('etag'));
  });

  it.each(['12345678901234567890', '9007199254740993', '1e400'])(
    'rejects the number %s in metadata, which would come back as another one',
    async (number) => {
      const body = `{"metadata":{"id":${number}}}`;
      const answer = await user.api.send('PATCH', '/users/me', { body, headers: MERGE_PATCH });
      const problem = expectProblem(answer, 400, 'invalid-input');
      expect(problem.errors).toEqual([
        { pointer: '/metadata/id', code: 'out-of-range', message: expect.any(String) },
      ]);
    },
  );

  it('limits the size of metadata across merges', async () => {
    await patch({ metadata: null });
    expect((await patch({ metadata: { a: 'x'.repeat(9_000) } })).status).toBe(200);
    expectProblem(await patch({ metadata: { b: 'x'.repeat(9_000) } }), 400, 'invalid-input');
    expect(Object.keys((await user.api.me()).body.metadata)).toEqual(['a']);
  });
});

async function currentEtag(): Promise<string> {
  return (await user.api.me()).headers.get('etag') ?? '';
}

function patch(change: unknown, headers: Record<string, string> = MERGE_PATCH) {
  return user.api.patch<UserBody>('/users/me', change, { ...MERGE_PATCH, ...headers });
}
