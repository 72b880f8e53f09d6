import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import { aBystander, expectAllToWork } from '../support/bystander.js';
import type { Answer, ListBody } from '../support/client.js';
import { DEEDS } from '../support/deeds.js';
import { changeEmail, lastMail } from '../support/email-changes.js';
import type { SignedUp } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { linkTokenOf, userIdOf } from '../support/mail-outbox.js';
import { ACCOUNTS, followRealTime, linkIdentity, OAUTH_SETTINGS } from '../support/oauth.js';
import { useOidcProvider } from '../support/oidc-provider.js';
import { addPasskey } from '../support/passkeys.js';
import { rowsAbout } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';
import { signUpVerified } from '../support/verified-user.js';
import { rivals } from '../support/verify-first.js';

const ORIGIN = 'https://app.acme.test';

const provider = useOidcProvider(() => [`${ACCOUNTS}/v2/auth/oauth/acme/callback`]);
const settings = () => ({
  ...OAUTH_SETTINGS,
  ...WITH_ADMIN,
  APP_URL: ORIGIN,
  OAUTH_ACME_ISSUER: provider.issuer,
  OAUTH_ACME_CLIENT_ID: provider.clientId,
  OAUTH_ACME_CLIENT_SECRET: provider.clientSecret,
});
const running = useApiApp(settings);
/** The same deployment with `REGISTRATION=verify-first`. */
const unseen = useApiApp(() => ({ ...settings(), REGISTRATION: 'verify-first' }), running);
const { api, clock, database } = running;
followRealTime(clock);

async function link({ email, session }: SignedUp): Promise<void> {
  provider.signIn({ sub: session.user.id, email, email_verified: true });
  await linkIdentity(api, 'acme', session);
}

/** What others undo or take away. Prepared before the bystander comes, and done after. */
const LOSSES: Readonly<Record<string, (user: SignedUp) => Promise<() => Promise<Answer<unknown>>>>> = {
  'says that a new passkey is not theirs': async (user) => {
    await addPasskey(user.api, ORIGIN);
    const token = linkTokenOf(await lastMail(running, user, 'passkey-added'));
    return () => api.post('/auth/changes/undo', { token });
  },
  'takes back the first of their addresses': async (user) => {
    const { undoToken: token } = await changeEmail(running, user);
    return () => api.post('/auth/email/change/undo', { token });
  },
  'replaces their recovery codes': async ({ api: own }) => {
    await setUpTotp(own, clock);
    return () => own.post('/auth/mfa/recovery-codes');
  },
  'removes their authenticator app': async ({ api: own }) => {
    await setUpTotp(own, clock);
    return () => own.delete('/auth/mfa/totp');
  },
  'changes their password': ({ api: own, password: currentPassword }) => {
    const change = { currentPassword, newPassword: 'four quiet herons' };
    return Promise.resolve(() => own.post('/auth/password/change', change));
  },
};

/** A bystander and a newcomer, of whom the others know nothing when they do what they have prepared. */
const unconcerned = useFixture(async () => {
  const acts = new Map<string, () => Promise<Answer<unknown>>>();
  for (const [name, prepare] of Object.entries(DEEDS)) {
    acts.set(name, await prepare({ running, unseen, origin: ORIGIN, link }));
  }
  const bystander = await aBystander(running, { origin: ORIGIN, link });
  // An address that is still to be confirmed, and that was registered twice.
  const [newcomer, again] = rivals();
  await unseen.api.register(newcomer);
  await unseen.api.register(again);
  const ids = [bystander.session.user.id, await userIdOf(running, newcomer)];
  return { acts, bystander, ids, rows: await rowsAbout(database.url, ids) };
});

describe('an account', () => {
  it.each(Object.keys(LOSSES))('loses nothing when someone else %s', async (name) => {
    const act = await LOSSES[name]?.(await signUpVerified(running));
    const bystander = await aBystander(running, { origin: ORIGIN, link });
    expect([201, 204]).toContain((await act?.())?.status);
    await expectAllToWork(running, bystander);
  });

  it.each(['sessions', 'passkeys', 'identities', 'api-keys'])('counts only its own %s', async (list) => {
    const { api: own } = unconcerned.bystander;
    const { body } = await own.get<ListBody<object>>(`/auth/${list}?total=true`);
    expect(body.items).not.toEqual([]);
    expect(body.page.total).toBe(body.items.length);
  });

  it.each(Object.keys(DEEDS))('stays as it is when someone else %s', async (name) => {
    const { status } = (await unconcerned.acts.get(name)?.()) ?? {};
    expect([200, 201, 202, 204]).toContain(name.startsWith('mistypes') && status === 401 ? 200 : status);
    expect(await rowsAbout(database.url, unconcerned.ids)).toEqual(unconcerned.rows);
  });
});
