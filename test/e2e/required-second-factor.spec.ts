import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { idOf, userWithPermissions, userWithRoles } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { Authenticator, setUpTotp } from '../support/authenticator.js';
import type { Answer, ApiClient, ProblemBody, SessionBody } from '../support/client.js';
import { sentBack } from '../support/cookies.js';
import { aUser, signIn, type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { query } from '../support/stored.js';
import { ADMIN, WITH_ADMIN } from '../support/use-app.js';

const SETTINGS = { MFA_REQUIRED_ROLES: 'admin,auditor', APP_URL: 'https://app.acme.test', ...WITH_ADMIN };
const running = useApiApp(SETTINGS);
const replica = useApiApp(SETTINGS, running);
const { api, clock, database } = running;

type Signed = Answer<SessionBody & ProblemBody>;
type CreationOptions = Parameters<SoftwareAuthenticator['create']>[0];
type RequestOptions = Parameters<SoftwareAuthenticator['get']>[0];

/** Another admin than the first. */
async function anAdmin(): Promise<SignedUp> {
  const user = await signUp(api, aUser());
  await query(database.url, `update accounts.users set roles = '{user,admin}' where id = $1`, [
    user.session.user.id,
  ]);
  return signIn(api, user);
}

/** Someone who may do everything, in a session with two factors. */
async function aSteppedUpAdmin(): Promise<{ readonly user: SignedUp; readonly admin: ApiClient }> {
  const user = await anAdmin();
  const { app } = await setUpTotp(user.api, clock);
  return { user, admin: await stepUp(user.api, 'totp', app.code()) };
}

async function asUser(caller: ApiClient, user: SignedUp): Promise<ApiClient> {
  const { status, body } = await caller.post<SessionBody>(`/users/${idOf(user)}/impersonate`, {
    reason: 'x',
  });
  expect(status).toBe(200);
  return api.as(body);
}

async function expectRefused(user: ApiClient): Promise<ProblemBody> {
  const answer = await user.get('/users');
  expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
  return expectProblem(answer, 403, 'second-factor-required');
}

async function expectAdmitted(user: ApiClient): Promise<void> {
  expect((await user.get('/users')).status).toBe(200);
}

async function stepUp(user: ApiClient, factor: string, code: string): Promise<ApiClient> {
  const { status, body } = await user.post<SessionBody>('/auth/step-up', { factor, code });
  expect(status).toBe(200);
  return api.as(body);
}

/** An assertion for new options, as the code of a second factor. */
async function assertionOf(device: SoftwareAuthenticator): Promise<string> {
  const { body } = await api.post<RequestOptions>('/auth/passkeys/login/options');
  return JSON.stringify(device.get(body));
}

async function addPasskey({ api: user }: Pick<SignedUp, 'api'>) {
  const device = new SoftwareAuthenticator('https://app.acme.test');
  const { body: options } = await user.post<CreationOptions>('/auth/passkeys/options');
  const { status, body } = await user.post<{ id: string }>('/auth/passkeys', device.create(options));
  expect(status).toBe(201);
  return { device, remove: () => user.delete(`/auth/passkeys/${body.id}`) };
}

async function signInWithTotp(
  user: Pick<SignedUp, 'email' | 'password'>,
  app: Authenticator,
  trustDevice = false,
): Promise<Signed> {
  const problem = expectProblem(await api.login(user), 401, 'mfa-required');
  const { mfaToken } = problem as unknown as { readonly mfaToken: string };
  const answer: Signed = await api.post('/auth/login/mfa', {
    mfaToken,
    factor: 'totp',
    code: app.code(),
    trustDevice,
  });
  expect(answer.status).toBe(200);
  clock.advance({ seconds: 30 });
  return answer;
}

describe('a role that requires a second factor', () => {
  it('lets the first admin in once they have set up an app and stepped up with it', async () => {
    const { api: admin, session } = await signIn(api, ADMIN);
    const { detail } = await expectRefused(admin);
    expect(detail).toMatch(/Add an authenticator app .* or a passkey .*step-up.*, or sign in again/);
    // What is their own still works.
    expect((await admin.me()).status).toBe(200);
    const { app } = await setUpTotp(admin, clock);
    await expectRefused(admin);
    // The password alone is no second factor.
    const { body } = await admin.post<SessionBody>('/auth/step-up', { password: ADMIN.password });
    await expectRefused(api.as(body));
    await expectAdmitted(await stepUp(admin, 'totp', app.code()));
    // The session has been stepped up: later tokens have it, too.
    const { body: refreshed } = await api.refresh(session.refreshToken);
    expect(decodeJwt(refreshed.accessToken)['amr']).toEqual(['pwd', 'otp', 'mfa']);
    await expectAdmitted(api.as(refreshed));
    clock.advance({ seconds: 30 });
    await expectAdmitted(api.as((await signInWithTotp(ADMIN, app)).body));
  });

  it('counts a passkey as two factors', async () => {
    const user = await anAdmin();
    await expectRefused(user.api);
    const { device, remove } = await addPasskey(user);
    await expectRefused((await signIn(api, user)).api);
    await expectAdmitted(await stepUp(user.api, 'passkey', await assertionOf(device)));
    const { body } = await api.post<SessionBody>(
      '/auth/passkeys/login',
      JSON.parse(await assertionOf(device)) as object,
    );
    await expectAdmitted(api.as(body));
    // The last factor.
    expect((await remove()).status).toBe(204);
    await expectRefused(api.as(body));
  });

  it('counts as soon as the session is stepped up, on every replica', async () => {
    const user = await anAdmin();
    const { app } = await setUpTotp(user.api, clock);
    const there = (client: ApiClient): ApiClient => client.at(replica.api.url);
    await expectRefused(there(user.api));
    await expectAdmitted(there(await stepUp(user.api, 'totp', app.code())));
  });

  it('no longer counts without any factor, and counts again with a new one', async () => {
    const user = await anAdmin();
    const { app } = await setUpTotp(user.api, clock);
    const steppedUp = await stepUp(user.api, 'totp', app.code());
    await expectAdmitted(steppedUp);
    expect((await steppedUp.delete('/auth/mfa/totp')).status).toBe(204);
    await expectRefused(steppedUp);
    await expectRefused(user.api);
    const { body: refreshed } = await api.refresh(user.session.refreshToken);
    expect(decodeJwt(refreshed.accessToken)['amr']).toEqual(['pwd', 'otp']);
    const { app: next } = await setUpTotp(api.as(refreshed), clock);
    await expectRefused(steppedUp);
    await expectAdmitted(await stepUp(user.api, 'totp', next.code()));
  });

  it('still counts with one of two factors left', async () => {
    const user = await anAdmin();
    const { remove } = await addPasskey(user);
    const { app } = await setUpTotp(user.api, clock);
    const steppedUp = await stepUp(user.api, 'totp', app.code());
    expect((await remove()).status).toBe(204);
    await expectAdmitted(steppedUp);
    await addPasskey({ api: steppedUp });
    expect((await steppedUp.delete('/auth/mfa/totp')).status).toBe(204);
    await expectAdmitted(steppedUp);
  });

  it("doesn't count on a trusted device until the session is stepped up", async () => {
    const user = await anAdmin();
    const { app } = await setUpTotp(user.api, clock);
    const trusting = await signInWithTotp(user, app, true);
    await expectAdmitted(api.as(trusting.body));
    const { status, body } = await api.with({ cookie: sentBack(trusting) }).login(user);
    expect(status).toBe(200);
    await expectRefused(api.as(body));
    await expectAdmitted(await stepUp(api.as(body), 'totp', app.code()));
  });

  it('no longer counts once an administrator has removed the factors, on every replica', async () => {
    const { admin } = await aSteppedUpAdmin();
    const { user, admin: steppedUp } = await aSteppedUpAdmin();
    await expectAdmitted(steppedUp.at(replica.api.url));
    expect((await admin.delete(`/users/${idOf(user)}/mfa`)).status).toBe(204);
    await expectRefused(steppedUp);
    await eventually(() => expectRefused(steppedUp.at(replica.api.url)));
  });

  it('no longer counts for administrators who act as someone when they lose their own factor', async () => {
    const { admin } = await aSteppedUpAdmin();
    const acting = await asUser(admin, await signUp(api));
    expect((await acting.me()).status).toBe(200);
    expect((await admin.delete('/auth/mfa/totp')).status).toBe(204);
    expectProblem(await acting.me(), 401, 'unauthenticated');
  });

  it("doesn't count for administrators who act as someone who has it, without a factor of their own", async () => {
    const { admin } = await aSteppedUpAdmin();
    const at = { api, admin, database };
    const put = await admin.send('PUT', '/roles/auditor', { json: { permissions: ['users:read'] } });
    expect(put.status).toBe(201);
    const auditor = await userWithRoles(at, 'user', 'auditor');
    await expectRefused(auditor.api);
    const support = await userWithPermissions(at, 'users:impersonate', 'users:read');
    await expectAdmitted(support.api);
    await expectRefused(await asUser(support.api, auditor));
  });

  it('refuses those without the role as before', async () => {
    const { api: user } = await signUp(api);
    expectProblem(await user.get('/users'), 403, 'forbidden');
    const { app } = await setUpTotp(user, clock);
    expectProblem(await (await stepUp(user, 'totp', app.code())).get('/users'), 403, 'forbidden');
  });
});
