import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useApiApp } from '../../../../test/support/api-app.js';
import { Browser, type Visit } from '../../../../test/support/browser.js';
import { aUser } from '../../../../test/support/factories.js';
import {
  ACCOUNTS,
  APP,
  aVerifier,
  browserAt,
  exchange,
  followRealTime,
  leadThrough,
  OAUTH_SETTINGS,
  providerSettings,
  resultOf,
  signInWith,
  startUrl,
} from '../../../../test/support/oauth.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { rowCounts } from '../../../../test/support/stored.js';
import { useUnrulyProvider } from '../../../../test/support/unruly-provider.js';

const honest = useUnrulyProvider();
const evil = useUnrulyProvider();
const settings = () => ({
  ...OAUTH_SETTINGS,
  REDIRECT_URLS: `${APP},https://app.acme.com/in/*,com.acme.app:/signed-in`,
  ...providerSettings('HONEST', honest, { ISSUER: honest.url, TRUST_EMAIL: 'true' }),
  ...providerSettings('EVIL', evil, { ISSUER: evil.url }),
});
const running = useApiApp(settings);
const { api, clock, database } = running;
/** The same deployment, after an operator has taken most URLs off the list. */
const reconfigured = useApiApp(() => ({ ...settings(), REDIRECT_URLS: 'com.acme.app:/signed-in' }), running);
followRealTime(clock);
followRealTime(reconfigured.clock);

/** Since RFC 9207, a provider can say in each response that it's from it. */
const ANNOUNCED = { authorization_response_iss_parameter_supported: true };
const CALLBACK = `${ACCOUNTS}/v2/auth/oauth/honest/callback`;

let ada: { readonly sub: string; readonly email: string };

beforeEach(() => {
  ada = { sub: randomUUID(), email: aUser().email };
  evil.be({ claims: { sub: randomUUID(), email: aUser().email }, metadata: ANNOUNCED });
  honestly();
});

/** How the honest provider responds, besides with the truth. */
function honestly(unruly: Parameters<typeof honest.be>[0] = {}): void {
  honest.be({ claims: { ...ada, email_verified: true }, ...unruly });
}

/** Signs in until the provider leads back to us, which isn't opened yet. */
async function upToCallback(browser: Browser, name = 'honest', verifier = aVerifier()): Promise<URL> {
  const { url } = await browser.open(startUrl(name, verifier), `${ACCOUNTS}/v2/auth/oauth/${name}/callback`);
  return new URL(url);
}

function changed(url: URL, parameters: Readonly<Record<string, string | null>>): string {
  const copy = new URL(url);
  Object.entries(parameters).forEach(([name, value]) =>
    value === null ? copy.searchParams.delete(name) : copy.searchParams.set(name, value),
  );
  return copy.href;
}

/** A page that people can read, since there's nowhere to lead them back to. */
function expectPage({ status, location, headers, page }: Visit, code: string): void {
  expect([status, location]).toEqual([400, null]);
  expect(headers.get('content-type')).toMatch(/^text\/html/);
  expect(page).toContain(`/problems/${code}`);
  expect(page).not.toContain('<script');
}

/** RFC 9700, section 4.7. */
describe('a response with', () => {
  it.each<[string, (url: URL) => string]>([
    ['no state', (url) => changed(url, { state: null })],
    ['a state of someone who guesses', (url) => changed(url, { state: 'v1.k1.AAAA' })],
    ['an empty state', (url) => changed(url, { state: '' })],
    [
      'a changed state',
      (url) => changed(url, { state: `${url.searchParams.get('state')?.slice(0, -4)}AAAA` }),
    ],
    ['two states', (url) => `${url.href}&state=another`],
    ['an error and no state', () => `${CALLBACK}?error=access_denied`],
    ['nothing', () => CALLBACK],
  ])('%s ends on a page', async (_, change) => {
    const browser = browserAt(api);
    const visit = await browser.visit(change(await upToCallback(browser)));
    expectPage(visit, /two/.test(_) ? 'invalid-input' : 'invalid-state');
  });

  it('the state of another browser ends on a page (CSRF)', async () => {
    const attacker = browserAt(api);
    const url = await upToCallback(attacker);
    const victim = browserAt(api);
    expectPage(await victim.visit(url.href), 'invalid-state');
    // Even if that browser has just started a sign-in of its own.
    await upToCallback(victim);
    expectPage(await victim.visit(url.href), 'invalid-state');
    expect((await attacker.visit(url.href)).location).toMatch(/[?&]code=/);
  });

  it('a state that is older than ten minutes ends on a page', async () => {
    const browser = browserAt(api);
    const url = await upToCallback(browser);
    clock.advance({ minutes: 10 });
    expectPage(await browser.visit(url.href), 'invalid-state');
    clock.advance({ minutes: -10 });
  });

  it('a state that has already led to a code leads to no other, even if the provider takes its code again', async () => {
    honestly({ careless: true });
    const browser = browserAt(api);
    const verifier = aVerifier();
    const url = await upToCallback(browser, 'honest', verifier);
    const [first, second] = [await browser.visit(url.href), await browser.visit(url.href)];
    const { code } = resultOf(first.location ?? '');
    expect(resultOf(second.location ?? '')).toEqual({ code: null, error: 'invalid-state' });
    expect((await exchange(api, code, verifier)).status).toBe(200);
    expect(resultOf((await browser.visit(url.href)).location ?? '').error).toBe('invalid-state');
  });

  it('a posted form and the state of a provider that does not post ends on a page', async () => {
    const browser = browserAt(api);
    const { searchParams } = await upToCallback(browser);
    expectPage(await browser.visit(CALLBACK, { method: 'POST', body: searchParams }), 'invalid-state');
  });

  it('two sign-ins in two tabs completes both', async () => {
    const browser = browserAt(api);
    const tabs = [await upToCallback(browser), await upToCallback(browser)];
    for (const url of tabs) {
      expect((await browser.visit(url.href)).location).toMatch(/[?&]code=/);
    }
  });

  it('what the provider adds on its own still signs in', async () => {
    honestly({ respond: (fields) => ({ ...fields, session_state: 'x', scope: 'openid', authuser: '0' }) });
    expect((await signInWith(api, 'honest')).status).toBe(200);
  });
});

/** RFC 9700, section 4.4. */
describe('a provider that takes itself for another (mix-up)', () => {
  it('cannot get a code of the honest provider exchanged at its own token endpoint', async () => {
    // The attacker's provider leads the browser on to the honest one, under its own callback or the honest one's.
    const browser = browserAt(api);
    const atEvil = await upToCallback(browser, 'evil');
    const stolen = (await upToCallback(browser)).searchParams.get('code') ?? '';
    evil.requests.length = 0;
    expectPage(
      await browser.visit(
        changed(new URL(CALLBACK), { code: stolen, state: atEvil.searchParams.get('state') }),
      ),
      'invalid-state',
    );
    const { location } = await browser.visit(changed(atEvil, { code: stolen, iss: honest.url }));
    expect(resultOf(location ?? '').error).toBe('invalid-provider-response');
    expect(evil.requests.map(({ endpoint }) => endpoint)).not.toContain('token');
  });

  it.each<[string, Record<string, string>]>([
    ['says nothing although it announces it', {}],
    ['says that it is another one', { iss: 'https://another.test' }],
  ])('is not asked for tokens if it %s', async (_, iss) => {
    evil.be({ metadata: ANNOUNCED, respond: (fields) => ({ ...fields, ...iss }) });
    expect((await leadThrough(api, 'evil', aVerifier())).error).toBe('invalid-provider-response');
    expect(evil.requests.map(({ endpoint }) => endpoint)).not.toContain('token');
  });

  it('is heard if it says who it is', async () => {
    evil.be({
      claims: { sub: randomUUID(), email: ada.email },
      metadata: ANNOUNCED,
      respond: (fields) => ({ ...fields, iss: evil.url }),
    });
    expect((await leadThrough(api, 'evil', aVerifier())).error).toBe('email-not-trusted');
    honestly({ respond: (fields) => ({ ...fields, iss: evil.url }) });
    expect((await leadThrough(api, 'honest', aVerifier())).error).toBe('invalid-provider-response');
  });

  it('cannot make an error count for the honest provider', async () => {
    const browser = browserAt(api);
    const { searchParams } = await upToCallback(browser, 'evil');
    const url = changed(new URL(CALLBACK), { error: 'access_denied', state: searchParams.get('state') });
    expectPage(await browser.visit(url), 'invalid-state');
  });
});

/** RFC 9700, section 4.5. */
describe('a code that was stolen from the provider', () => {
  it('is of no use in the sign-in of the thief, because of the verifier', async () => {
    const stolen = (await upToCallback(browserAt(api))).searchParams.get('code');
    const thief = browserAt(api);
    const { location } = await thief.visit(changed(await upToCallback(thief), { code: stolen }));
    expect(resultOf(location ?? '').error).toBe('invalid-provider-response');
  });

  it('is of no use even if the provider does not check the verifier, because of the nonce', async () => {
    honestly({ careless: true });
    const stolen = (await upToCallback(browserAt(api))).searchParams.get('code');
    const thief = browserAt(api);
    const { location } = await thief.visit(changed(await upToCallback(thief), { code: stolen }));
    expect(resultOf(location ?? '').error).toBe('invalid-provider-response');
  });
});

/** RFC 9700, section 4.8.2. */
describe('the verifier (PKCE downgrade)', () => {
  it('is asked for at the provider, and sent', async () => {
    await signInWith(api, 'honest');
    const at = (name: string): URLSearchParams | undefined =>
      honest.requests.find(({ endpoint }) => endpoint === name)?.parameters;
    expect(at('authorize')?.get('code_challenge_method')).toBe('S256');
    expect(at('token')?.get('code_verifier')).toMatch(/^[\w-]{43}$/);
  });

  it('can be left out neither at the start nor at the exchange', async () => {
    const url = new URL(startUrl('honest', aVerifier()));
    for (const name of ['codeChallenge', 'codeChallengeMethod']) {
      expectPage(await browserAt(api).visit(changed(url, { [name]: null })), 'invalid-input');
    }
    expectPage(await browserAt(api).visit(changed(url, { codeChallengeMethod: 'plain' })), 'invalid-input');
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'honest', verifier);
    expectProblem(await api.post('/auth/oauth/exchange', { code }), 400, 'invalid-input');
    // As with the method "plain".
    const plain = { codeVerifier: verifier.codeChallenge, codeChallenge: '' };
    expectProblem(await exchange(api, code, plain), 400, 'invalid-exchange-code');
  });
});

/** RFC 9700, sections 4.1 and 4.11. */
describe('a sign-in', () => {
  it.each([
    'https://evil.test/',
    'https://app.acme.com/',
    'https://app.acme.com/inside',
    'https://app.acme.com/in',
    'https://app.acme.com/in/../admin',
    'https://app.acme.com/in/%2e%2e/admin',
    'https://app.acme.com/in/..%2fadmin',
    'https://app.acme.com/in/..%5cadmin',
    'https://app.acme.com/in\\..\\admin',
    'https://app.acme.com.evil.test/in/',
    'https://app.acme.com@evil.test/in/',
    'https://ada:secret@app.acme.com/in/x',
    'https://app.acme.com:444/in/x',
    'http://app.acme.com/in/x',
    'https://app.acme.com/in/x#fragment',
    '//app.acme.com/in/x',
    '/in/x',
    'https:app.acme.com',
    ' https://app.acme.com/in/x',
    'https://app.acme.com/in/\nx',
    `${APP}/`,
    `${APP}?next=1`,
    `${APP}x`,
    'com.acme.app:/elsewhere',
    'com.acme.app://signed-in',
    'javascript:alert(1)',
    'data:text/html,x',
    `https://app.acme.com/in/${'ü'.repeat(500)}`,
  ])('does not lead to %j (open redirect)', async (redirectTo) => {
    expectPage(
      await browserAt(api).visit(startUrl('honest', aVerifier(), { redirectTo })),
      'redirect-not-allowed',
    );
  });

  it.each([
    'https://app.acme.com/in/',
    'https://app.acme.com/in/x?next=%2Fhome',
    APP,
    'com.acme.app:/signed-in',
  ])('leads to %s, and keeps its query', async (redirectTo) => {
    const { url } = await browserAt(api).open(startUrl('honest', aVerifier(), { redirectTo }), redirectTo);
    const separator = redirectTo.includes('?') ? '&' : '?';
    expect(url.startsWith(`${redirectTo}${separator}code=`)).toBe(true);
  });

  it('leads no longer to a URL that was taken off the list meanwhile', async () => {
    const hosts = { [ACCOUNTS]: api.url };
    const browser = new Browser(hosts);
    const callback = await upToCallback(browser);
    hosts[ACCOUNTS] = reconfigured.api.url;
    expectPage(await browser.visit(callback.href), 'redirect-not-allowed');
  });

  it('leads to a URL that is as long as possible', async () => {
    const redirectTo = 'https://app.acme.com/in/'.padEnd(1024, 'x');
    const url = startUrl('honest', aVerifier(), { redirectTo });
    expect((await browserAt(api).open(url, redirectTo)).url).toMatch(/[?]code=/);
  });

  it('with a forged code or error in the query of its target replaces them', async () => {
    const target = 'https://app.acme.com/in/?code=forged&error=forged&x=1';
    const { url } = await browserAt(api).open(
      startUrl('honest', aVerifier(), { redirectTo: target }),
      'https://app.acme.com/',
    );
    expect([...new URL(url).searchParams.keys()]).toEqual(['x', 'code']);
    expect(url).not.toContain('forged');
  });

  it('that fails leads nobody elsewhere, and repeats nothing of what the provider said', async () => {
    honestly({
      respond: ({ state = '' }) => ({
        state,
        error: '<script>',
        error_description: 'x',
        error_uri: 'https://evil.test',
      }),
    });
    const before = await rowCounts(database.url);
    const { url } = await browserAt(api).open(startUrl('honest', aVerifier()), APP);
    expect(url).toBe(`${APP}?error=invalid-provider-response`);
    expect(await rowCounts(database.url)).toEqual(before);
  });

  it('with an unknown provider is a 404', async () => {
    const { status, page } = await browserAt(api).visit(startUrl('nobody', aVerifier()));
    expect([status, page]).toEqual([404, expect.stringContaining('/problems/unknown-provider')]);
    const callback = await browserAt(api).visit(`${ACCOUNTS}/v2/auth/oauth/nobody/callback?code=x&state=x`);
    expect(callback.status).toBe(404);
  });
});

describe('a code of ours', () => {
  it('is exchanged once, however many ask at the same moment', async () => {
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'honest', verifier);
    const answers = await Promise.all([1, 2, 3, 4].map(() => exchange(api, code, verifier)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400]);
  });

  it('that is unknown, or no text, is a 400', async () => {
    expectProblem(await exchange(api, 'unknown', aVerifier()), 400, 'invalid-exchange-code');
    const { codeVerifier } = aVerifier();
    for (const code of [null, 1, {}, '']) {
      expectProblem(await api.post('/auth/oauth/exchange', { code, codeVerifier }), 400, 'invalid-input');
    }
  });
});
