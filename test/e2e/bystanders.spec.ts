import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import { aBystander, expectAllToWork } from '../support/bystander.js';
import type { Answer } from '../support/client.js';
import { changeEmail, lastMail } from '../support/email-changes.js';
import type { SignedUp } from '../support/factories.js';
import { linkTokenOf } from '../support/mail-outbox.js';
import { ACCOUNTS, followRealTime, linkIdentity, OAUTH_SETTINGS } from '../support/oauth.js';
import { useOidcProvider } from '../support/oidc-provider.js';
import { addPasskey } from '../support/passkeys.js';
import { signUpVerified } from '../support/verified-user.js';

const ORIGIN = 'https://app.acme.test';

const provider = useOidcProvider(() => [`${ACCOUNTS}/v2/auth/oauth/acme/callback`]);
const running = useApiApp(() => ({
  ...OAUTH_SETTINGS,
  APP_URL: ORIGIN,
  OAUTH_ACME_ISSUER: provider.issuer,
  OAUTH_ACME_CLIENT_ID: provider.clientId,
  OAUTH_ACME_CLIENT_SECRET: provider.clientSecret,
}));
const { api, clock } = running;
followRealTime(clock);

async function link({ email, session }: SignedUp): Promise<void> {
  provider.signIn({ sub: session.user.id, email, email_verified: true });
  await linkIdentity(api, 'acme', session);
}

/** What others do with their own accounts. Prepared before the bystander comes, and done after. */
const DEEDS: Readonly<Record<string, (user: SignedUp) => Promise<() => Promise<Answer<unknown>>>>> = {
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

describe('an account', () => {
  it.each(Object.keys(DEEDS))('loses nothing when someone else %s', async (name) => {
    const act = await DEEDS[name]?.(await signUpVerified(running));
    const bystander = await aBystander(running, { origin: ORIGIN, link });
    expect([201, 204]).toContain((await act?.())?.status);
    await expectAllToWork(running, bystander);
  });
});
