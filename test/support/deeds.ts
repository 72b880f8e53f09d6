import type { UsedApiApp } from './api-app.js';
import { idOf, suspend } from './administration.js';
import { setUpTotp, wrongCode } from './authenticator.js';
import type { Answer, ListBody, ProblemBody } from './client.js';
import { askForChange, changeEmail, lastMail } from './email-changes.js';
import { signIn, type SignedUp, signUp } from './factories.js';
import { linkTokenOf, userIdOf } from './mail-outbox.js';
import { addPasskey, newPasskey, signInWithPasskey } from './passkeys.js';
import { signUpVerified } from './verified-user.js';
import { rivals } from './verify-first.js';

interface Surroundings {
  readonly running: UsedApiApp;
  /** The same deployment with `REGISTRATION=verify-first`. */
  readonly unseen: UsedApiApp;
  /** Of the application. */
  readonly origin: string;
  /** Links an identity to this account. */
  readonly link: (user: SignedUp) => Promise<unknown>;
}

/** Prepares what someone is about to do. @returns what does it */
type Deed = (at: Surroundings) => Promise<() => Promise<Answer<unknown>>>;

const mfaTokenOf = async ({ running: { api } }: Surroundings, user: SignedUp): Promise<string> => {
  const { body } = await api.post<ProblemBody & { readonly mfaToken: string }>('/auth/login', {
    email: user.email,
    password: user.password,
  });
  return body.mfaToken;
};

const codeOf = async ({ running }: Surroundings, user: SignedUp): Promise<string> => {
  await running.api.post('/auth/otp', { email: user.email });
  return (await lastMail(running, user, 'sign-in-code'))?.data['code'] ?? '';
};

const resetTokenOf = async ({ running }: Surroundings, user: SignedUp): Promise<string> => {
  await running.api.post('/auth/password/forgot', { email: user.email });
  return linkTokenOf(await lastMail(running, user, 'reset-password'));
};

const password = 'four quiet herons';

/** What people do with their own accounts, and administrators with those of others. None of it is about anyone else. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  'signs out': async ({ running }) => {
    const user = await signUpVerified(running);
    return () => user.api.post('/auth/logout');
  },
  'signs out all other devices': async ({ running }) => {
    const user = await signUpVerified(running);
    await signIn(running.api, user);
    return () => user.api.delete('/auth/sessions');
  },
  'refreshes a session': async ({ running }) => {
    const user = await signUpVerified(running);
    return () => running.api.refresh(user.session.refreshToken);
  },
  'says that a sign-in was not theirs': async ({ running }) => {
    const user = await signUpVerified(running);
    await signIn(running.api.with({ 'user-agent': 'AcmeApp/1' }), user);
    const token = linkTokenOf(await lastMail(running, user, 'new-sign-in'));
    return () => running.api.post('/auth/sessions/disown', { token });
  },
  'signs in on a new device': async ({ running }) => {
    const user = await signUpVerified(running);
    return () => running.api.with({ 'user-agent': 'AcmeApp/1' }).login(user);
  },
  'changes their profile': async ({ running }) => {
    const user = await signUpVerified(running);
    return () => user.api.patch('/users/me', { displayName: 'Grace' });
  },
  'resets their password': async (at) => {
    const token = await resetTokenOf(at, await signUpVerified(at.running));
    return () => at.running.api.post('/auth/password/reset', { token, password });
  },
  'claims their address with a new password': async (at) => {
    const token = await resetTokenOf(at, await signUp(at.running.api));
    return () => at.running.api.post('/auth/password/reset', { token, password });
  },
  'changes their password': async ({ running }) => {
    const { api: own, password: currentPassword } = await signUpVerified(running);
    return () => own.post('/auth/password/change', { currentPassword, newPassword: password });
  },
  'signs in with a one-time code': async (at) => {
    const user = await signUpVerified(at.running);
    const code = await codeOf(at, user);
    return () => at.running.api.post('/auth/otp/verify', { email: user.email, code });
  },
  'mistypes a one-time code': async (at) => {
    const user = await signUpVerified(at.running);
    const code = wrongCode(await codeOf(at, user));
    return () => at.running.api.post('/auth/otp/verify', { email: user.email, code });
  },
  'asks for a one-time code': async ({ running }) => {
    const { email } = await signUpVerified(running);
    return () => running.api.post('/auth/otp', { email });
  },
  'confirms an authenticator app, and signs in with it': async (at) => {
    const { api, clock } = at.running;
    const user = await signUpVerified(at.running);
    return async () => {
      const { app } = await setUpTotp(user.api, clock);
      const mfaToken = await mfaTokenOf(at, user);
      return api.post('/auth/login/mfa', { mfaToken, factor: 'totp', code: app.code() });
    };
  },
  'signs in with a recovery code': async (at) => {
    const user = await signUpVerified(at.running);
    const { recoveryCodes } = await setUpTotp(user.api, at.running.clock);
    return async () => {
      const answer = { factor: 'recovery-code', code: recoveryCodes[0] };
      return at.running.api.post('/auth/login/mfa', { mfaToken: await mfaTokenOf(at, user), ...answer });
    };
  },
  'mistypes a second factor': async (at) => {
    const user = await signUpVerified(at.running);
    await setUpTotp(user.api, at.running.clock);
    const mfaToken = await mfaTokenOf(at, user);
    return () =>
      at.running.api.post('/auth/login/mfa', { mfaToken, factor: 'recovery-code', code: '00000-00000' });
  },
  'adds a passkey': async ({ running, origin }) => {
    const { api: own } = await signUpVerified(running);
    const { created } = await newPasskey(own, origin);
    return () => own.post('/auth/passkeys', created);
  },
  'signs in with a passkey': async ({ running, origin }) => {
    const { api: own } = await signUpVerified(running);
    const { device } = await addPasskey(own, origin);
    return () => signInWithPasskey(running.api, device);
  },
  'removes a passkey': async ({ running, origin }) => {
    const { api: own } = await signUpVerified(running);
    const { id } = await addPasskey(own, origin);
    return () => own.delete(`/auth/passkeys/${id}`);
  },
  'unlinks an identity': async ({ running, link }) => {
    const user = await signUpVerified(running);
    await link(user);
    const { body } = await user.api.get<ListBody<{ id: string }>>('/auth/identities');
    return () => user.api.delete(`/auth/identities/${body.items[0]?.id ?? ''}`);
  },
  'revokes an API key': async ({ running }) => {
    const { api: own } = await signUpVerified(running);
    const { body } = await own.post<{ id: string }>('/auth/api-keys', { name: 'Mine', permissions: [] });
    return () => own.delete(`/auth/api-keys/${body.id}`);
  },
  'asks for another address': async ({ running }) => {
    const user = await signUpVerified(running);
    return async () => {
      await askForChange(running, user);
      return user.api.me();
    };
  },
  'has another address by now': async ({ running }) => {
    const user = await signUpVerified(running);
    return async () => {
      await changeEmail(running, user);
      return user.api.me();
    };
  },
  'verifies their address': async ({ running }) => {
    const user = await signUp(running.api);
    const token = linkTokenOf(await lastMail(running, user, 'verify-email'));
    return () => running.api.verify(token);
  },
  'says that they have not signed up': async ({ running }) => {
    const user = await signUp(running.api);
    const token = linkTokenOf(await lastMail(running, user, 'verify-email'));
    return () => running.api.post('/auth/email/disown', { token });
  },
  'confirms one of two registrations': async ({ running, unseen }) => {
    const [user, rival] = rivals();
    await unseen.api.register(user);
    const session = { user: { id: await userIdOf(unseen, user) } } as SignedUp['session'];
    const token = linkTokenOf(await lastMail(running, { ...user, session, api: unseen.api }, 'verify-email'));
    await unseen.api.register(rival);
    return () => unseen.api.verify(token, user.password);
  },
  'is suspended': async ({ running }) => {
    const user = await signUpVerified(running);
    return () => suspend(running.admin, user);
  },
  'is signed out by an administrator': async ({ running }) => {
    const user = await signUpVerified(running);
    return () => running.admin.delete(`/users/${idOf(user)}/sessions`);
  },
  'loses their second factors to an administrator': async ({ running }) => {
    const user = await signUpVerified(running);
    await setUpTotp(user.api, running.clock);
    return () => running.admin.delete(`/users/${idOf(user)}/mfa`);
  },
  'loses a role that is deleted': async ({ running }) => {
    const user = await signUp(running.api);
    const { admin } = running;
    await admin.send('PUT', '/roles/short-lived', { json: { permissions: [] } });
    await admin.send('PUT', `/users/${idOf(user)}/roles`, { json: { roles: ['user', 'short-lived'] } });
    return () => admin.delete('/roles/short-lived');
  },
};
