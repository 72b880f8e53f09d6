import { describe, expect, it } from '@jest/globals';
import { idOf, setRoles, suspend, userWithPermissions } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import type { ApiClient, ListBody } from '../support/client.js';
import { changeEmail, lastMail } from '../support/email-changes.js';
import { aUser, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { addPasskey } from '../support/passkeys.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';
import { signUpVerified } from '../support/verified-user.js';

interface EventBody {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  readonly target: string | null;
  readonly requestId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly changes: Readonly<Record<string, unknown>> | null;
}

const APP_URL = 'https://app.acme.test';
const running = useApiApp({ APP_URL, ...WITH_ADMIN });
const { api, admin, clock, database } = running;

async function events(caller: ApiClient, path: string): Promise<readonly EventBody[]> {
  const { status, body } = await caller.get<ListBody<EventBody>>(path);
  expect(status).toBe(200);
  return body.items;
}

const typesAbout = async (id: string): Promise<string[]> =>
  (await events(admin, `/audit-events?subjectId=${id}&limit=100`)).map(({ type }) => type);

describe('the audit log', () => {
  it('says who did what to whom, from where, and what changed', async () => {
    const user = await signUp(api);
    const adminId = (await admin.me()).body.id;
    const caller = admin.with({ 'user-agent': 'Console/1', 'x-request-id': 'audited-1' });
    await caller.patch(`/users/${idOf(user)}`, { displayName: 'Grace', appMetadata: { tier: 'gold' } });
    const [event] = await events(admin, `/audit-events?subjectId=${idOf(user)}`);
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'user.updated',
      occurredAt: clock.now().toISOString(),
      actorType: 'user',
      actorId: adminId,
      apiKeyId: null,
      impersonatorId: null,
      reason: null,
      subjectId: idOf(user),
      target: null,
      requestId: 'audited-1',
      ipAddress: '127.0.0.1',
      userAgent: 'Console/1',
      changes: {
        displayName: { from: null, to: 'Grace' },
        appMetadata: { from: {}, to: { tier: 'gold' } },
      },
    });
  });

  it('has every change that administrators make, and none that they were refused', async () => {
    const user = await signUp(api);
    const id = idOf(user);
    const created = await admin.post<{ id: string }>('/users', { email: aUser().email });
    expect(await typesAbout(created.body.id)).toEqual(['user.created']);
    await setRoles(admin, user, ['user', 'admin']);
    await setRoles(admin, user, ['user', 'admin']);
    await setRoles(admin, user, ['user', 'nobody']);
    await admin.patch(`/users/${id}`, {});
    await suspend(admin, user);
    await suspend(admin, user);
    await admin.post(`/users/${id}/restore`);
    await admin.delete(`/users/${id}/sessions`);
    expect(await typesAbout(id)).toEqual([
      'session.ended',
      'user.restored',
      'session.ended',
      'user.suspended',
      'user.roles-changed',
      'session.started',
      'user.registered',
    ]);
  });

  it('has every change of a role', async () => {
    const put = (permissions: string[]) => admin.send('PUT', '/roles/watched', { json: { permissions } });
    await put([]);
    await put(['users:read']);
    await put(['users:read']);
    await admin.delete('/roles/watched');
    const found = (await events(admin, '/audit-events')).filter(({ target }) => target === 'watched');
    expect(found.map(({ type, changes }) => [type, changes])).toEqual([
      ['role.deleted', { permissions: { from: ['users:read'], to: [] } }],
      ['role.changed', { permissions: { from: [], to: ['users:read'] } }],
      ['role.created', { permissions: { from: [], to: [] } }],
    ]);
  });

  it('has how users sign in and out, and what they sign in with', async () => {
    const user = await signUp(api);
    const again = await signIn(api, user);
    await again.api.delete(`/auth/sessions/${idOfSession(user.session.accessToken)}`);
    await again.api.delete('/auth/sessions');
    await setUpTotp(again.api, clock);
    const changed = { currentPassword: user.password, newPassword: 'other otters are brave' };
    await again.api.post('/auth/password/change', changed);
    await again.api.post('/auth/logout');
    expect(await typesAbout(idOf(user))).toEqual([
      'session.ended',
      'password.changed',
      'second-factor.added',
      'session.ended',
      'session.ended',
      'session.started',
      'session.started',
      'user.registered',
    ]);
  });

  it('has what users get to sign in with, use and lose', async () => {
    const user = await signUpVerified(running);
    const { api: own } = user;
    const { id } = await addPasskey(own, APP_URL);
    await own.delete(`/auth/passkeys/${id}`);
    const { recoveryCodes } = await setUpTotp(own, clock);
    const { body } = await api.login(user);
    const { mfaToken } = body as unknown as { mfaToken: string };
    await api.post('/auth/login/mfa', { mfaToken, factor: 'recovery-code', code: recoveryCodes[0] });
    await own.post('/auth/mfa/recovery-codes');
    await own.delete('/auth/mfa/totp');
    clock.advance({ seconds: 1 });
    const key = await own.post<{ id: string }>('/auth/api-keys', { name: 'Mine', permissions: [] });
    await own.delete(`/auth/api-keys/${key.body.id}`);
    await changeEmail(running, user);
    const history = await events(own, '/users/me/audit-events');
    expect(history.map(({ type, target }) => (target === key.body.id ? [type, 'the key'] : type))).toEqual([
      'user.email-changed',
      ['api-key.revoked', 'the key'],
      ['api-key.created', 'the key'],
      'second-factor.removed',
      'recovery-codes.replaced',
      'session.started',
      'recovery-code.used',
      'second-factor.added',
      'passkey.removed',
      'passkey.added',
      'user.email-verified',
      'session.started',
      'user.registered',
    ]);
  });

  it('has what owners have undone with links from mails', async () => {
    const user = await signUpVerified(running);
    await addPasskey(user.api, APP_URL);
    const added = linkTokenOf(await lastMail(running, user, 'passkey-added'));
    const { session } = await signIn(api.with({ 'user-agent': 'AcmeApp/1' }), user);
    const signedIn = linkTokenOf(await lastMail(running, user, 'new-sign-in'));
    expect((await api.post('/auth/sessions/disown', { token: signedIn })).status).toBe(204);
    expect((await api.post('/auth/sessions/disown', { token: signedIn })).status).toBe(204);
    expect((await api.post('/auth/changes/undo', { token: added })).status).toBe(204);
    const [reclaimed, ended] = await events(admin, `/audit-events?subjectId=${idOf(user)}`);
    expect([reclaimed?.type, reclaimed?.actorType]).toEqual(['account.reclaimed', 'anonymous']);
    expect(ended).toMatchObject({ type: 'session.ended', target: idOfSession(session.accessToken) });
    const stranger = await signUp(api);
    const token = linkTokenOf(await lastMail(running, stranger, 'verify-email'));
    expect((await api.post('/auth/email/disown', { token })).status).toBe(204);
    expect(await typesAbout(idOf(stranger))).toEqual(['user.removed', 'session.started', 'user.registered']);
  });

  it('has refresh tokens that were used twice', async () => {
    const { session } = await signUp(api);
    await api.refresh(session.refreshToken);
    clock.advance({ seconds: 11 });
    expectProblem(await api.refresh(session.refreshToken), 401, 'refresh-token-reused');
    const [event] = await events(admin, `/audit-events?subjectId=${session.user.id}`);
    expect(event).toMatchObject({
      type: 'session.refresh-reuse-detected',
      actorType: 'anonymous',
      actorId: null,
      target: idOfSession(session.accessToken),
    });
  });

  it('names no one who only sends a token along to an open operation', async () => {
    const [owner, thief] = [await signUp(api), await signUp(api)];
    await api.post('/auth/password/forgot', { email: owner.email });
    const token = linkTokenOf((await mailsInOutbox(running, database.url, idOf(owner))).at(-1));
    const reset = { token, password: 'seven brave otters' };
    expect((await thief.api.post('/auth/password/reset', reset)).status).toBe(204);
    const [event] = await events(admin, `/audit-events?subjectId=${idOf(owner)}&type=password.changed`);
    expect(event).toMatchObject({ actorType: 'anonymous', actorId: null, ipAddress: '127.0.0.1' });
  });

  it('is filtered by type, actor, subject and time, and paged by cursor', async () => {
    const user = await signUp(api);
    const id = idOf(user);
    clock.advance({ seconds: 1 });
    const middle = clock.now().toISOString();
    await signIn(api, user);
    const types = async (filter: string) =>
      (await events(admin, `/audit-events?subjectId=${id}&${filter}`)).map(({ type }) => type);
    expect(await types('type=session.started')).toEqual(['session.started', 'session.started']);
    expect(await types(`occurredAfter=${middle}`)).toEqual(['session.started']);
    expect(await types(`occurredBefore=${middle}`)).toEqual(['session.started', 'user.registered']);
    expect(await types(`actorId=${(await admin.me()).body.id}`)).toEqual([]);
    const first = await admin.get<ListBody<EventBody>>(`/audit-events?subjectId=${id}&limit=2&total=true`);
    expect(first.body.page.total).toBe(3);
    const cursor = first.body.page.nextCursor ?? '';
    expect(await types(`limit=2&cursor=${cursor}`)).toEqual(['user.registered']);
    expectProblem(await admin.get('/audit-events?type=nonsense'), 400, 'invalid-input');
  });

  it('is for those with `audit:read`', async () => {
    const auditor = await userWithPermissions(running, 'audit:read');
    expect((await auditor.api.get('/audit-events')).status).toBe(200);
    const other = await userWithPermissions(running, 'users:read');
    expectProblem(await other.api.get('/audit-events'), 403, 'forbidden');
  });
});

describe("a user's own history", () => {
  it('has what happened to them, without telling who and where an administrator is', async () => {
    const user = await signUp(api);
    const bystander = await signUp(api);
    await admin.patch(`/users/${idOf(user)}`, { displayName: 'Grace' });
    const own = await events(user.api, '/users/me/audit-events');
    expect(
      own.map(({ type, actorType, actorId, ipAddress }) => [type, actorType, actorId, ipAddress]),
    ).toEqual([
      ['user.updated', 'administrator', null, null],
      ['session.started', 'user', idOf(user), '127.0.0.1'],
      ['user.registered', 'user', idOf(user), '127.0.0.1'],
    ]);
    expect(own[0]).toMatchObject({ requestId: null, userAgent: null });
    expect((await events(bystander.api, '/users/me/audit-events')).map(({ subjectId }) => subjectId)).toEqual(
      [idOf(bystander), idOf(bystander)],
    );
  });
});

describe('what the audit log has stored', () => {
  it.each([
    [`update accounts.audit_events set type = 'x'`],
    [`delete from accounts.audit_events`],
    [`truncate accounts.audit_events`],
    [`truncate accounts.audit_events_2026_11`],
    [`update accounts.audit_events_2026_11 set type = 'x'`],
    [`delete from accounts.audit_events_default`],
    [`truncate accounts.audit_events_default`],
  ])('cannot be changed by %s, not even by a superuser', async (statement) => {
    await signUp(api);
    await query(
      database.url,
      `insert into accounts.audit_events (id, type, actor_type, details_sealed)
       values ('00000000-0000-7000-8000-000000000001', 'x', 'system', '') on conflict do nothing`,
    );
    await expect(query(database.url, statement)).rejects.toThrow(/audit events can only be inserted|denied/);
  });

  it('is sealed where it is personal', async () => {
    const { email } = await signUp(api, { displayName: 'Grace of the log' });
    await admin.patch(`/users/${(await findId(email)) ?? ''}`, { displayName: 'Other name of the log' });
    const rows = await query(database.url, 'select e::text as text from accounts.audit_events e');
    expect(JSON.stringify(rows)).not.toMatch(/of the log|127\.0\.0\.1|acme\.test/);
  });
});

async function findId(email: string): Promise<string | undefined> {
  const { body } = await admin.get<ListBody<{ id: string }>>(`/users?email=${email}`);
  return body.items[0]?.id;
}

function idOfSession(accessToken: string): string {
  const [, claims = ''] = accessToken.split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string }).sid;
}
