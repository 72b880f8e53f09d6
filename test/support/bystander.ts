import { expect } from '@jest/globals';
import type { UsedApiApp } from './api-app.js';
import { type Authenticator, setUpTotp } from './authenticator.js';
import type { ApiClient, ProblemBody, SessionBody } from './client.js';
import { type AskedChange, askForChange, changeEmail, lastMail } from './email-changes.js';
import type { SignedUp } from './factories.js';
import { linkTokenOf } from './mail-outbox.js';
import { addPasskey, type AddedPasskey, signInWithPasskey } from './passkeys.js';
import { expectProblem } from './problems.js';
import { signUpVerified } from './verified-user.js';

/** Someone with all that an account can have, and of whom others know nothing. `email` is their second address. */
export interface Bystander extends SignedUp {
  readonly passkey: AddedPasskey;
  readonly apiKey: string;
  readonly app: Authenticator;
  readonly recoveryCodes: readonly string[];
  /** Undoes the first change of how they sign in, and all that came after it. */
  readonly undoToken: string;
  readonly resetToken: string;
  readonly oneTimeCode: string | undefined;
  /** Their second change of the address, which isn't confirmed yet. */
  readonly openChange: AskedChange;
}

interface Surroundings {
  /** Of the application. */
  readonly origin: string;
  /** Links an identity to this account. */
  readonly link: (user: SignedUp) => Promise<unknown>;
}

/** Takes a few minutes on the test's clock. */
export async function aBystander(running: UsedApiApp, { origin, link }: Surroundings): Promise<Bystander> {
  const { api, clock } = running;
  const user = await signUpVerified(running);
  await link(user);
  const undoToken = linkTokenOf(await lastMail(running, user, 'identity-linked'));
  const passkey = await addPasskey(user.api, origin);
  const apiKey = await addApiKey(user.api);
  await user.api.send('PUT', '/users/me/notification-preferences', {
    json: { categories: { orders: { email: false } } },
  });
  const { app, recoveryCodes } = await setUpTotp(user.api, clock);
  const { newEmail: email } = await changeEmail(running, user);
  const openChange = await askForChange(running, user);
  // After the first change, which voids what was sent to the address before.
  await api.post('/auth/password/forgot', { email });
  await api.post('/auth/otp', { email });
  const resetToken = linkTokenOf(await lastMail(running, user, 'reset-password'));
  const oneTimeCode = (await lastMail(running, user, 'sign-in-code'))?.data['code'];
  return {
    ...user,
    email,
    passkey,
    apiKey,
    app,
    recoveryCodes,
    undoToken,
    resetToken,
    oneTimeCode,
    openChange,
  };
}

/** Expects that all that the bystander has still works. Uses it up. */
export async function expectAllToWork({ api }: UsedApiApp, bystander: Bystander): Promise<void> {
  const { api: own, email, passkey, app, openChange } = bystander;
  const complete = (mfaToken: string, factor: string, code?: string) =>
    api.post<SessionBody>('/auth/login/mfa', { mfaToken, factor, code });
  expect((await own.get('/auth/mfa')).body).toEqual({ factors: ['totp'], recoveryCodesLeft: 10 });
  expect((await own.get<{ items: unknown[] }>('/auth/identities')).body.items).toHaveLength(1);
  expect((await signInWithPasskey(api, passkey.device)).status).toBe(200);
  const server = api.as({ accessToken: bystander.apiKey });
  expect((await server.me()).status).toBe(200);

  const withPassword = mfaTokenIn(await api.login(bystander));
  expect((await complete(withPassword, 'recovery-code', bystander.recoveryCodes[0])).status).toBe(200);
  const guess = { email, code: bystander.oneTimeCode };
  const withCode = mfaTokenIn(await api.post<ProblemBody>('/auth/otp/verify', guess));
  expect((await complete(withCode, 'totp', app.code())).status).toBe(200);
  // Only with a link that works is the password looked at, and a weak one does not use it up.
  const reset = { token: bystander.resetToken, password: 'password' };
  expectProblem(await api.post('/auth/password/reset', reset), 422, 'weak-password');

  expect((await own.me()).body).toMatchObject({ email });
  const confirmation = { token: openChange.confirmToken };
  expect((await api.post('/auth/email/change/confirm', confirmation)).status).toBe(204);
  expect((await own.me()).body).toMatchObject({ email: openChange.newEmail });

  expect((await api.post('/auth/changes/undo', { token: bystander.undoToken })).status).toBe(204);
  expectProblem(await own.me(), 401, 'unauthenticated');
  expectProblem(await server.me(), 401, 'unauthenticated');
  expectProblem(await signInWithPasskey(api, passkey.device), 401, 'invalid-passkey');
}

async function addApiKey(own: ApiClient): Promise<string> {
  const { status, body } = await own.post<{ key: string }>('/auth/api-keys', {
    name: 'Mine',
    permissions: [],
  });
  expect(status).toBe(201);
  return body.key;
}

function mfaTokenIn(answer: Parameters<typeof expectProblem>[0]): string {
  return (expectProblem(answer, 401, 'mfa-required') as ProblemBody & { readonly mfaToken: string }).mfaToken;
}
