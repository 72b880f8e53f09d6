import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import { beforeStatement } from '../support/before-statement.js';
import type { Answer, ApiClient } from '../support/client.js';
import { aUser, type SignedUp, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { OAUTH_SETTINGS, providerSettings } from '../support/oauth.js';
import { addPasskey, newPasskey } from '../support/passkeys.js';
import { expectProblem } from '../support/problems.js';
import { fingerprintOf, query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const ORIGIN = 'https://app.acme.test';
const NEW = 'four quiet herons';
const CLIENT = { clientId: 'gatehouse', clientSecret: 'a secret of these tests' };

const running = useApiApp({
  ...OAUTH_SETTINGS,
  ...providerSettings('ACME', CLIENT, { ISSUER: 'https://provider.acme.test' }),
  APP_URL: ORIGIN,
});
const { api, clock, database } = running;

type Late = () => Promise<Answer<unknown>>;

/** Everything that users can change about their account. Set up before, sent later. */
const CHANGES: Readonly<Record<string, (own: ApiClient, user: SignedUp) => Promise<Late>>> = {
  'PATCH /users/me': soon((own) =>
    own.patch('/users/me', { displayName: 'Eve', signInNotifications: false }),
  ),
  'DELETE /auth/sessions': soon((own) => own.delete('/auth/sessions')),
  'DELETE /auth/sessions/{id}': async (own, user) => {
    await signIn(api, user);
    const { body } = await own.get<{ items: { id: string; current: boolean }[] }>('/auth/sessions');
    const other = body.items.find(({ current }) => !current);
    return () => own.delete(`/auth/sessions/${other?.id}`);
  },
  'POST /auth/password/change': soon((own, { password: currentPassword }) =>
    own.post('/auth/password/change', { currentPassword, newPassword: 'nine rude badgers' }),
  ),
  'POST /auth/email/change': soon((own) => own.post('/auth/email/change', { newEmail: aUser().email })),
  'POST /auth/api-keys': soon((own) => own.post('/auth/api-keys', { name: 'Eve', permissions: [] })),
  'POST /auth/mfa/totp': soon((own) => own.post('/auth/mfa/totp')),
  'DELETE /auth/mfa/totp': async (own) => {
    await setUpTotp(own, clock);
    return () => own.delete('/auth/mfa/totp');
  },
  'POST /auth/mfa/recovery-codes': async (own) => {
    await setUpTotp(own, clock);
    return () => own.post('/auth/mfa/recovery-codes');
  },
  'POST /auth/passkeys': async (own) => {
    const { created } = await newPasskey(own, ORIGIN);
    return () => own.post('/auth/passkeys', created);
  },
  'PATCH /auth/passkeys/{id}': async (own) => {
    const { id } = await addPasskey(own, ORIGIN);
    return () => own.patch(`/auth/passkeys/${id}`, { name: 'Eve' });
  },
  'DELETE /auth/passkeys/{id}': async (own) => {
    const { id } = await addPasskey(own, ORIGIN);
    return () => own.delete(`/auth/passkeys/${id}`);
  },
  'POST /auth/identities/{provider}': soon((own) => {
    const redirectTo = 'http://app.acme.test/signed-in';
    const request = { redirectTo, codeChallenge: 'A'.repeat(43), codeChallengeMethod: 'S256' };
    return own.post('/auth/identities/acme', request);
  }),
  'DELETE /auth/identities/{id}': async (own, { session }) => {
    await query(
      database.url,
      `insert into accounts.identities (id, user_id, provider, subject, created_at) values ($1, $1, 'acme', 'ada', now())`,
      [session.user.id],
    );
    return () => own.delete(`/auth/identities/${session.user.id}`);
  },
};

/** Needs nothing to be set up. */
function soon(send: (own: ApiClient, user: SignedUp) => Promise<Answer<unknown>>) {
  return (own: ApiClient, user: SignedUp): Promise<Late> => Promise.resolve(() => send(own, user));
}

async function linkTo({ session }: SignedUp, template: string): Promise<string> {
  const mails = await mailsInOutbox(running, database.url, session.user.id);
  return linkTokenOf(mails.find((mail) => mail.template === template));
}

async function resetLinkFor(user: SignedUp): Promise<string> {
  clock.advance({ minutes: 1 });
  await api.post('/auth/password/forgot', { email: user.email });
  return linkTo(user, 'reset-password');
}

async function reset(token: string): Promise<void> {
  expect((await api.post('/auth/password/reset', { token, password: NEW })).status).toBe(204);
}

/** Ways in which someone loses an account to its owner. */
const TAKEOVERS: Readonly<Record<string, (stranger: SignedUp) => Promise<() => Promise<unknown>>>> = {
  'a reset': async (stranger) => {
    const token = await resetLinkFor(stranger);
    return () => reset(token);
  },
  'a one-time code': async ({ email, session }) => {
    await api.post('/auth/otp', { email });
    const mails = await mailsInOutbox(running, database.url, session.user.id);
    const code = mails.find(({ template }) => template === 'sign-in-code')?.data['code'];
    return async () => expect((await api.post('/auth/otp/verify', { email, code })).status).toBe(200);
  },
  '"That wasn\'t me"': async (stranger) => {
    await api.verify(await linkTo(stranger, 'verify-email'));
    clock.advance({ seconds: 1 });
    await addPasskey(stranger.api, ORIGIN);
    const token = await linkTo(stranger, 'passkey-added');
    return async () => expect((await api.post('/auth/changes/undo', { token })).status).toBe(204);
  },
};

/** Sends a request that is let in, and does `work` before it comes to the account. */
async function meanwhile(late: Late, work: () => Promise<unknown>) {
  let before = '';
  await beforeStatement(/from "accounts"\."users".* for update/, async () => {
    await work();
    before = await fingerprintOf(database.url);
  });
  const answer = await late();
  expect(before).not.toBe('');
  return { answer, hasChanged: (await fingerprintOf(database.url)) !== before };
}

describe('a change by someone who loses the account while it is under way', () => {
  it.each(Object.keys(CHANGES))('is refused, and changes nothing: %s', async (operation) => {
    const user = await signUpVerified(running);
    const token = await resetLinkFor(user);
    const thief = await signIn(api, user);
    const late = await CHANGES[operation]?.(thief.api, thief);
    const { answer, hasChanged } = await meanwhile(late as Late, () => reset(token));
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(hasChanged).toBe(false);
  });

  it.each(Object.keys(TAKEOVERS))('is refused after %s', async (takeover) => {
    const stranger = await signUp(api);
    const take = await TAKEOVERS[takeover]?.(stranger);
    const late: Late = () => stranger.api.patch('/users/me', { signInNotifications: false });
    const { answer, hasChanged } = await meanwhile(late, take as () => Promise<unknown>);
    expectProblem(answer, 401, 'unauthenticated');
    expect(hasChanged).toBe(false);
  });

  it('is refused after signing out that device, too', async () => {
    const user = await signUpVerified(running);
    const thief = await signIn(api, user);
    const late: Late = () => thief.api.patch('/users/me', { displayName: 'Eve' });
    const { answer, hasChanged } = await meanwhile(late, () => thief.api.post('/auth/logout'));
    expectProblem(answer, 401, 'unauthenticated');
    expect(hasChanged).toBe(false);
  });
});
