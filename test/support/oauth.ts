import { createHash, randomBytes } from 'node:crypto';
import { beforeEach, expect } from '@jest/globals';
import type { Answer, ApiClient, ProblemBody, SessionBody } from './client.js';
import type { TestClock } from './api-app.js';
import { Browser } from './browser.js';

/** `PUBLIC_URL` of the tests: browsers know where it is, see `browserAt`. */
export const ACCOUNTS = 'http://accounts.acme.test';
/** Where the application of the tests wants to be led back to. Nothing listens there. */
export const APP = 'http://app.acme.test/signed-in';

export const OAUTH_SETTINGS = { PUBLIC_URL: ACCOUNTS, REDIRECT_URLS: `${APP},com.acme.app:/signed-in` };

/** The variables of a provider called `name`, in capitals. */
export function providerSettings(
  name: string,
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const variables = { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, ...more };
  return Object.fromEntries(Object.entries(variables).map(([key, value]) => [`OAUTH_${name}_${key}`, value]));
}

/** Providers issue tokens in real time, so each test begins in it, too. */
export function followRealTime(clock: TestClock): void {
  beforeEach(() => clock.advance({ ms: Date.now() - clock.millis() }));
}

export function browserAt({ url }: ApiClient): Browser {
  return new Browser({ [ACCOUNTS]: url });
}

export interface Verifier {
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

/** What an application makes before it starts a sign-in. */
export function aVerifier(): Verifier {
  const codeVerifier = randomBytes(32).toString('base64url');
  return { codeVerifier, codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url') };
}

export function startUrl(
  provider: string,
  { codeChallenge }: Verifier,
  overrides: Readonly<Record<string, string>> = {},
): string {
  const query = { redirectTo: APP, codeChallenge, codeChallengeMethod: 'S256', ...overrides };
  return `${ACCOUNTS}/v2/auth/oauth/${provider}?${new URLSearchParams(query).toString()}`;
}

/** What a sign-in led back with. */
export interface LedBack {
  readonly code: string | null;
  readonly error: string | null;
}

interface Going {
  readonly browser?: Browser;
  /** Of someone who links the identity. */
  readonly accessToken?: string;
}

/** Lets someone sign in with a provider in a browser, or link an identity. */
export async function leadThrough(
  api: ApiClient,
  provider: string,
  verifier: Verifier,
  { browser = browserAt(api), accessToken }: Going = {},
): Promise<LedBack> {
  const url =
    accessToken === undefined
      ? startUrl(provider, verifier)
      : await linkUrl(api.as({ accessToken }), provider, verifier);
  return resultOf((await browser.open(url, APP)).url);
}

/** The URL with which a signed-in user links an identity. */
export async function linkUrl(
  api: ApiClient,
  provider: string,
  { codeChallenge }: Verifier,
): Promise<string> {
  const request = { redirectTo: APP, codeChallenge, codeChallengeMethod: 'S256' };
  const { status, body } = await api.post<{ url: string }>(`/auth/identities/${provider}`, request);
  if (status !== 200) {
    throw new Error(`linking returned ${status}: ${JSON.stringify(body)}`);
  }
  return body.url;
}

export function resultOf(url: string): LedBack {
  const { searchParams, origin, pathname } = new URL(url);
  if (`${origin}${pathname}` !== APP) {
    throw new Error(`the sign-in led to ${url}`);
  }
  return { code: searchParams.get('code'), error: searchParams.get('error') };
}

export type Exchanged = Answer<SessionBody & ProblemBody>;

export function exchange(
  api: ApiClient,
  code: string | null,
  { codeVerifier }: Verifier,
): Promise<Exchanged> {
  return api.post('/auth/oauth/exchange', { code, codeVerifier });
}

/** Links the identity of whoever is in front of the browser to the account of someone who is signed in. */
export async function linkIdentity(
  api: ApiClient,
  provider: string,
  { accessToken }: { readonly accessToken: string },
): Promise<void> {
  const verifier = aVerifier();
  const { code } = await leadThrough(api, provider, verifier, { accessToken });
  expect((await exchange(api, code, verifier)).status).toBe(200);
}

/** The whole sign-in. */
export async function signInWith(
  api: ApiClient,
  provider: string,
  browser?: Browser,
): Promise<Exchanged & { readonly error: string | null }> {
  const verifier = aVerifier();
  const { code, error } = await leadThrough(api, provider, verifier, browser ? { browser } : {});
  if (error !== null) {
    return { error } as Exchanged & { readonly error: string };
  }
  return { ...(await exchange(api, code, verifier)), error };
}
