import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import type { ApiClient, ListBody, SessionBody } from '../support/client.js';
import { sentBack } from '../support/cookies.js';
import { aUser, type SignedUp, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import {
  aVerifier,
  exchange,
  followRealTime,
  leadThrough,
  linkIdentity,
  OAUTH_SETTINGS,
  providerSettings,
  signInWith,
} from '../support/oauth.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { useUnrulyProvider } from '../support/unruly-provider.js';

const ORIGIN = 'https://app.acme.test';
const provider = useUnrulyProvider();
const settings = () => ({
  ...OAUTH_SETTINGS,
  WEBAUTHN_RP_ID: 'acme.test',
  WEBAUTHN_ORIGINS: ORIGIN,
  ...providerSettings('TRUSTED', provider, { ISSUER: provider.url, TRUST_EMAIL: 'true' }),
  ...providerSettings('UNTRUSTED', provider, { ISSUER: provider.url }),
});
const running = useApiApp(settings);
const { api, database } = running;
/** The same deployment with `REGISTRATION=verify-first`. */
const hiding = useApiApp(() => ({ ...settings(), REGISTRATION: 'verify-first' }), running);
[running, hiding].forEach(({ clock }) => followRealTime(clock));

/** Lets the attacker try to get in. @returns the status of each attempt */
type Attempt = () => Promise<readonly number[]>;
interface Attack {
  /** What the attacker does with the owner's address before the owner comes. */
  readonly prepare: (email: string) => Promise<Attempt>;
  /** How the attempts end before the owner comes. */
  readonly before: readonly number[];
}

/** By the names of Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022, section 4. */
const ATTACKS: Readonly<Record<string, Attack>> = {
  'classic-federated merge: a password': {
    prepare: async (email) => {
      const attacker = await signUp(api, { email });
      return async () => [(await api.login(attacker)).status];
    },
    before: [200],
  },
  'unexpired session identifier: an access token and a refresh token': {
    prepare: async (email) => {
      const { api: me, session } = await signUp(api, { email });
      let { refreshToken } = session;
      return async () => {
        const refreshed = await api.refresh(refreshToken);
        ({ refreshToken = refreshToken } = refreshed.body);
        return [(await me.me()).status, refreshed.status];
      };
    },
    before: [200, 200],
  },
  'unexpired session identifier: a sign-in that is only exchanged later': {
    prepare: async (email) => {
      const attacker = await signUp(api, { email });
      const sub = randomUUID();
      await linkAs(attacker, sub);
      const verifier = aVerifier();
      const begin = async () => (await leadThrough(api, 'untrusted', verifier)).code;
      const code = await begin();
      return async () => [(await exchange(api, code, verifier)).status];
    },
    // A code works once, so it isn't tried before.
    before: [],
  },
  'trojan identifier: an identity at a provider': {
    prepare: async (email) => {
      const attacker = await signUp(api, { email });
      const sub = randomUUID();
      await linkAs(attacker, sub);
      return async () => {
        provider.be({ claims: { sub, email: aUser().email } });
        return [await statusAtUntrusted()];
      };
    },
    before: [200],
  },
  'trojan identifier: a passkey': {
    prepare: async (email) => {
      const { api: me } = await signUp(api, { email });
      const device = new SoftwareAuthenticator(ORIGIN);
      const { body } = await me.post<Parameters<typeof device.create>[0]>('/auth/passkeys/options');
      expect((await me.post('/auth/passkeys', device.create(body))).status).toBe(201);
      return async () => {
        const options = await api.post<Parameters<typeof device.get>[0]>('/auth/passkeys/login/options');
        return [(await api.post('/auth/passkeys/login', device.get(options.body))).status];
      };
    },
    before: [200],
  },
  'unexpired email change: a link to an address of the attacker': {
    prepare: async (email) => {
      const { api: me, session } = await signUp(api, { email });
      const { email: newEmail } = aUser();
      expect((await me.post('/auth/email/change', { newEmail })).status).toBe(202);
      const mails = await mailsInOutbox(running, database.url, session.user.id);
      const token = linkTokenOf(mails.find((mail) => mail.template === 'confirm-email-change'));
      return async () => [(await api.post('/auth/email/change/confirm', { token })).status];
    },
    // A link works once, so it isn't tried before.
    before: [],
  },
  'non-verifying identity provider: an account there with the address of the owner': {
    prepare: async (email) => {
      const sub = randomUUID();
      return async () => {
        provider.be({ claims: { sub, email, email_verified: true } });
        return [await statusAtUntrusted()];
      };
    },
    before: [401],
  },
};

/** How the owner of an address can get their account, although someone may have prepared it. */
const ARRIVALS: Readonly<Record<string, (email: string) => Promise<SessionBody>>> = {
  'with a provider that we trust': async (email) => {
    provider.be({ claims: { sub: randomUUID(), email, email_verified: true } });
    return (await signInWith(api, 'trusted')).body;
  },
  'with a new password': async (email) => {
    await registerIfFree(email);
    await api.post('/auth/password/forgot', { email });
    const { password } = aUser();
    const reset = { token: linkTokenOf(await lastMail(email, 'reset-password')), password };
    expect((await api.post('/auth/password/reset', reset)).status).toBe(204);
    return (await api.login({ email, password })).body;
  },
  'with a one-time code': async (email) => {
    await registerIfFree(email);
    const asked = await api.post('/auth/otp', { email });
    const code = (await lastMail(email, 'sign-in-code'))?.data['code'];
    const browser = api.with({ cookie: sentBack(asked) });
    return (await browser.post<SessionBody>('/auth/otp/verify', { email, code })).body;
  },
  'with a registration': async (email) => {
    const owner = aUser({ email });
    // Not so soon after the mail of another registration.
    hiding.clock.advance({ minutes: 2 });
    await hiding.api.register(owner);
    const token = linkTokenOf(await lastMail(email, 'verify-email'));
    expect((await hiding.api.verify(token, owner.password)).status).toBe(204);
    return (await hiding.api.login(owner)).body;
  },
};

describe.each(Object.entries(ATTACKS))('whoever prepares an account (%s)', (_, { prepare, before }) => {
  it.each(Object.entries(ARRIVALS))('is out when its owner comes %s', async (__, arrive) => {
    const { email } = aUser();
    const attempt = await prepare(email);
    if (before.length > 0) {
      expect(await attempt()).toEqual(before);
    }
    const owner = await arrive(email);
    expect(owner.user).toMatchObject({ email, emailVerified: true });
    for (const status of await attempt()) {
      expect(status).toBeGreaterThanOrEqual(400);
    }
    await expectNothingOfTheirs(api.as(owner));
  });
});

/** The owner has one device, no passkey and no second factor, and an identity at most where they signed in. */
async function expectNothingOfTheirs(owner: ApiClient): Promise<void> {
  const count = async (path: string) => (await owner.get<ListBody<object>>(path)).body.items.length;
  expect(await count('/auth/sessions')).toBe(1);
  expect(await count('/auth/passkeys')).toBe(0);
  const { body } = await owner.get<ListBody<{ provider: string }>>('/auth/identities');
  expect(body.items.filter((identity) => identity.provider !== 'trusted')).toEqual([]);
  expect((await owner.get<{ factors: string[] }>('/auth/mfa')).body.factors).toEqual([]);
}

/** A sign-in that is led back with an error has no status of its own. */
async function statusAtUntrusted(): Promise<number> {
  const { error, status } = await signInWith(api, 'untrusted');
  return error === null ? status : 401;
}

async function linkAs({ session }: SignedUp, sub: string): Promise<void> {
  provider.be({ claims: { sub, email: aUser().email } });
  await linkIdentity(api, 'untrusted', session);
}

/** Someone without an account can't reset a password. */
async function registerIfFree(email: string): Promise<void> {
  if ((await userIdOf(running, { email })) === '') {
    await signUp(api, { email });
  }
}

async function lastMail(email: string, template: string) {
  const mails = await mailsInOutbox(running, database.url, await userIdOf(running, { email }));
  return mails.findLast((mail) => mail.template === template);
}
