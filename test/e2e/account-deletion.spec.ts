import { describe, expect, it } from '@jest/globals';
import { setRoles, userWithPermissions, userWithRoles } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { signIn, type SignedUp, signUp, tokenIn } from '../support/factories.js';
import type { ListBody } from '../support/client.js';
import { accountsDatabase, accountsOutbox } from '../support/of-accounts.js';
import { openedWithAllKeys } from '../support/opened-dump.js';
import { expectProblem } from '../support/problems.js';
import { aSubscription, newVapidKeys } from '../support/push-service.js';
import { eventually } from '../support/servers.js';
import { dumpOf, query, redisDumpOf, tablesAbout } from '../support/stored.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { useServers } from '../support/use-servers.js';
import { sendNotification } from '#libs/contracts';
import { AccountDeletionSaga } from '../../src/accounts/deletion/account-deletion.saga.js';
import { notifyTomorrow, ORDER_DATA, publishTemplate } from '../support/templates.js';
import { useApps, WITH_ADMIN } from '../support/use-app.js';

const servers = useServers();
const settings = { ...WITH_ADMIN, VAPID_PRIVATE_KEY: newVapidKeys().privateKey };
const running = useApiApp(settings, servers);
const { admin, api, database, sink } = running;
const graceless = useApiApp({ DELETION_GRACE_DAYS: '0' }, servers);
// They relay messages, send mails, and remove what the other service has.
useApps({ worker: 'worker', notifications: 'notifications' }, {}, servers);

interface Planned {
  readonly jobId: string;
  readonly deletesAt: string;
}

interface EventBody {
  readonly type: string;
  readonly ipAddress: string | null;
}

interface Job {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly error: string | null;
}

const DAY_MS = 86_400_000;

describe('the deletion of an account', () => {
  it('is planned by its user, who is signed out everywhere, and told until when they can cancel', async () => {
    const user = await signUp(api);
    const other = await signIn(api, user);
    const { status, body } = await user.api.delete<Planned>('/users/me');
    expect([status, body]).toEqual([202, { jobId: expect.any(String), deletesAt: expect.any(String) }]);
    const days = (Date.parse(body.deletesAt) - running.clock.millis()) / DAY_MS;
    expect(Math.round(days)).toBe(14);
    for (const device of [user, other]) {
      expectProblem(await device.api.me(), 401, 'unauthenticated');
      expect((await api.refresh(device.session.refreshToken)).status).toBe(401);
    }
    const mail = await mailTo(user, 'Your account will be deleted');
    expect(mail.text).toContain('/sign-in');
    const again = await signIn(api, user);
    expect((await again.api.get<Job>(`/jobs/${body.jobId}`)).body).toEqual({
      id: body.jobId,
      type: 'delete-account',
      state: 'waiting',
      createdAt: expect.any(String),
      startsAt: body.deletesAt,
      finishedAt: null,
      attempts: 0,
      progress: null,
      result: null,
      error: null,
    });
  });

  it('needs a recent sign-in of the user themselves', async () => {
    const user = await signUp(api);
    await query(
      database.url,
      `update accounts.sessions set authenticated_at = now() - interval '6 minutes' where user_id = $1`,
      [user.session.user.id],
    );
    const { body } = await api.refresh(user.session.refreshToken);
    expectProblem(await api.as(body).delete('/users/me'), 401, 'step-up-required');
  });

  it('can be canceled by signing in, and asked for again', async () => {
    const user = await signUp(api);
    const first = await user.api.delete<Planned>('/users/me');
    const again = await signIn(api, user);
    expect((await again.api.delete('/users/me/deletion')).status).toBe(204);
    expect((await again.api.get<Job>(`/jobs/${first.body.jobId}`)).body.state).toBe('canceled');
    expectProblem(await again.api.delete('/users/me/deletion'), 404, 'deletion-not-found');
    expect((await again.api.me()).status).toBe(200);
    await wake(first.body.jobId);
    expect((await again.api.me()).status).toBe(200);
    const second = await again.api.delete<Planned>('/users/me');
    expect(second.body.jobId).not.toBe(first.body.jobId);
    const third = await signIn(api, user);
    expect((await third.api.delete<Planned>('/users/me')).body).toEqual(second.body);
  });

  it('is only canceled by administrators who may do all that its user may, and tells the user', async () => {
    const user = await signUp(api);
    const canceler = await userWithPermissions(running, 'jobs:read', 'jobs:write');
    const chief = await userWithRoles(running, 'user', 'admin');
    const [ofUser, ofChief] = await Promise.all([
      user.api.delete<Planned>('/users/me'),
      chief.api.delete<Planned>('/users/me'),
    ]);
    expectProblem(await canceler.api.delete(`/jobs/${ofChief.body.jobId}`), 403, 'forbidden');
    expect((await admin.get<Job>(`/jobs/${ofChief.body.jobId}`)).body.state).toBe('waiting');
    expect((await canceler.api.delete(`/jobs/${ofUser.body.jobId}`)).status).toBe(204);
    expect((await admin.get<Job>(`/jobs/${ofUser.body.jobId}`)).body.state).toBe('canceled');
    expect((await mailTo(user, "Your account won't be deleted")).text).toContain('/sign-in');
    expect((await admin.delete(`/jobs/${ofChief.body.jobId}`)).status).toBe(204);
    // Others here count on a single admin.
    expect((await setRoles(admin, chief, ['user'])).status).toBe(200);
  });

  it('cannot be canceled once it is due', async () => {
    const user = await signUp(api);
    const { body } = await user.api.delete<Planned>('/users/me');
    // `wake_at` stays, so that no one begins it meanwhile.
    await query(
      database.url,
      `update accounts.account_deletions set deletes_at = now() - interval '1 hour' where id = $1`,
      [body.jobId],
    );
    const again = await signIn(api, user);
    expectProblem(await again.api.delete('/users/me/deletion'), 404, 'deletion-not-found');
    await expectState(body.jobId, 'requested');
  });

  it('is canceled when the account goes to the owner of its address, who did not ask for it', async () => {
    const stranger = await signUp(api);
    const { body } = await stranger.api.delete<Planned>('/users/me');
    await api.post('/auth/password/forgot', { email: stranger.email });
    const token = tokenIn(await mailTo(stranger, 'Reset your password'));
    const owner = { ...stranger, password: 'the owner of the address' };
    expect((await api.post('/auth/password/reset', { token, password: owner.password })).status).toBe(204);
    await wake(body.jobId);
    expect((await api.login(owner)).status).toBe(200);
    await expectState(body.jobId, 'canceled');
  });

  it('removes everything of the user, here and in the other service, but not of others', async () => {
    const user = await signUp(api, { displayName: 'Ada of the deleted' });
    const bystander = await signUp(api);
    const template = await publishTemplate(admin, 'order-shipped');
    for (const each of [user, bystander]) {
      expect((await api.verify(tokenIn(await mailTo(each)))).status).toBe(204);
      expect((await each.api.post('/users/me/push-subscriptions', aSubscription())).status).toBe(201);
      const json = { digest: { afterMinutes: 60 } };
      await each.api.send('PUT', '/users/me/notification-preferences', { json });
      const notification = { recipient: idOf(each), template, data: ORDER_DATA };
      expect((await admin.post('/notifications', notification)).status).toBe(202);
    }
    await notifyTomorrow(admin, template, [user, bystander]);
    const { body } = await user.api.delete<Planned>('/users/me');
    await mailTo(user, 'Your account will be deleted');
    const last = await signIn(api, user);
    // It's cached from now on.
    expect((await last.api.get('/auth/sessions')).status).toBe(200);
    await wake(body.jobId);
    await expectState(body.jobId, 'deleted');
    await eventually(async () => expectProblem(await last.api.get('/auth/sessions'), 401, 'unauthenticated'));
    expectProblem(await api.login(user), 401, 'invalid-credentials');
    // When it was asked for, and when it was done.
    const ended = await query(
      database.url,
      `select target from accounts.audit_events where subject_id = $1 and type = 'session.ended'`,
      [idOf(user)],
    );
    expect(ended).toEqual([{ target: 'all' }, { target: 'all' }]);
    expect(await tablesWith(user)).toEqual(KEPT);
    expect((await bystander.api.me()).status).toBe(200);
    expect(await tablesWith(bystander)).toEqual(
      expect.arrayContaining([
        'accounts.users',
        'notifications.deliveries',
        'notifications.digests',
        'notifications.inbox_notifications',
        'notifications.notifications',
        'notifications.outbox',
        'notifications.preferences',
        'notifications.push_subscriptions',
        'notifications.scheduled_notifications',
      ]),
    );
    // Only of the bystander.
    expect(await query(database.url, 'select from notifications.digest_items')).toHaveLength(1);
    await notifyLate(user);
    expect(await tablesWith(user)).toEqual(KEPT);
    // The address is free again.
    expect((await api.register(user)).status).toBe(201);
  });

  it('leaves nothing that anyone could read, even with all keys', async () => {
    const texts = ['Ada the First', 'Ada the Second', 'AdaPhone/1'];
    const user = await signUp(api, { displayName: 'Ada the First' });
    await admin.patch(`/users/${idOf(user)}`, { displayName: 'Ada the Second' });
    await signIn(api.with({ 'user-agent': 'AdaPhone/1' }), user);
    await mailTo(user);
    const personal = [...texts, user.email];
    const events = `/audit-events?subjectId=${idOf(user)}`;
    const { body: before } = await admin.get<ListBody<EventBody>>(events);
    const opened = openedWithAllKeys(await dumpOf(database.url));
    expect(personal.filter((text) => !opened.includes(text))).toEqual([]);
    const { body } = await admin.delete<Planned>(`/users/${idOf(user)}`);
    await expectState(body.jobId, 'deleted');
    await eventually(async () => expect(await tablesWith(user)).toEqual(KEPT));
    const left = openedWithAllKeys(
      [await dumpOf(database.url), await redisDumpOf(running.redisUrl)].join('\n'),
    );
    expect(personal.filter((text) => left.includes(text))).toEqual([]);
    // The events are still there, without what was personal.
    const { body: after } = await admin.get<ListBody<EventBody>>(events);
    expect(after.items.map(({ type }) => type)).toEqual([
      'user.removed',
      'session.ended',
      'session.ended',
      'user.deletion-requested',
      ...before.items.map(({ type }) => type),
    ]);
    for (const event of after.items) {
      expect(event).toMatchObject({ ipAddress: null, userAgent: null, changes: null, reason: null });
    }
  });

  it('happens at once when an administrator asks for it, who alone can follow it', async () => {
    const user = await signUp(api);
    await user.api.delete('/users/me');
    const { status, body } = await admin.delete<Planned>(`/users/${user.session.user.id}`);
    expect(status).toBe(202);
    expect(Date.parse(body.deletesAt)).toBeLessThanOrEqual(running.clock.millis() + 1_000);
    const stranger = await signUp(api);
    expectProblem(await stranger.api.get(`/jobs/${body.jobId}`), 404, 'job-not-found');
    await expectState(body.jobId, 'deleted');
    expect((await admin.get<Job>(`/jobs/${body.jobId}`)).body.state).toBe('completed');
    expectProblem(await admin.get(`/users/${user.session.user.id}`), 404, 'user-not-found');
    expectProblem(await admin.delete(`/users/${user.session.user.id}`), 404, 'user-not-found');
    await eventually(async () => expect(await tasksOf(user)).toEqual([]));
  });

  it('happens at once when its user asks for it, if there is no grace period', async () => {
    const user = await signUp(graceless.api);
    const { body } = await user.api.delete<Planned>('/users/me');
    await expectState(body.jobId, 'deleted');
    await eventually(async () => expect(await tasksOf(user)).toEqual([]));
  });

  it('drops mails that are about to be sent', async () => {
    const user = await signUp(api);
    await notify(user, 'in an hour');
    const { body } = await user.api.delete<Planned>('/users/me');
    await wake(body.jobId);
    expect(await mailsWaitingFor(user)).toEqual([]);
  });

  it('is refused to the last admin, who cannot delete themselves as an administrator either', async () => {
    const { body: me } = await admin.me();
    for (const account of ['me', me.id]) {
      expectProblem(await admin.delete(`/users/${account}`), 409, 'last-admin');
    }
    const planned = 'select from accounts.account_deletions where user_id = $1';
    expect(await query(database.url, planned, [me.id])).toEqual([]);
  });

  it('is refused to someone who has become the last admin by the time', async () => {
    const second = await signUp(api);
    await query(database.url, `update accounts.users set roles = '{user,admin}' where id = $1`, [
      idOf(second),
    ]);
    const { body } = await second.api.delete<Planned>('/users/me');
    await query(
      database.url,
      `update accounts.users set status = 'suspended' where roles @> '{admin}' and id <> $1`,
      [idOf(second)],
    );
    await wake(body.jobId);
    const again = await signIn(api, second);
    expect((await again.api.get<Job>(`/jobs/${body.jobId}`)).body).toMatchObject({
      state: 'failed',
      error: 'last-admin',
    });
    expect((await again.api.me()).status).toBe(200);
    await query(
      database.url,
      `update accounts.users set status = 'active', roles = '{user,admin}' where display_name = 'Admin'`,
    );
  });
});

/** Sends a command to notify someone. The relay takes it at once, or much later. */
async function notify({ email, session: { user } }: SignedUp, due: 'now' | 'in an hour'): Promise<void> {
  await accountsDatabase(running.app).transaction(async (em) => {
    await accountsOutbox(running.app).append(em, sendNotification, user.id, {
      template: 'password-changed',
      to: { userId: user.id, email, displayName: null, locale: 'en' },
      data: { link: 'https://acme.test/' },
      expiresAt: new Date(running.clock.millis() + DAY_MS).toISOString(),
    });
    if (due === 'in an hour') {
      const later = `update accounts.outbox set next_at = now() + interval '1 hour' where subject = ?`;
      await em.execute(later, [user.id], 'run');
    }
  });
}

function mailsWaitingFor(user: SignedUp): Promise<object[]> {
  const waiting = `select from accounts.outbox where type = 'send-notification' and subject = $1`;
  return query(database.url, waiting, [idOf(user)]);
}

/** A command that was sent before the deletion, and that was on its way until now. */
async function notifyLate(user: SignedUp): Promise<void> {
  const before = sink.attempts;
  await notify(user, 'now');
  await eventually(async () => expect(await mailsWaitingFor(user)).toEqual([]));
  expect(sink.attempts).toBe(before);
}

/** Where something of a deleted user stays: by their ID alone, which means nothing without the rest. */
const KEPT = ['accounts.account_deletions', 'accounts.audit_events', 'notifications.erased_users'];

function idOf({ session }: SignedUp): string {
  return session.user.id;
}

async function mailTo({ email }: SignedUp, subject = ''): Promise<ReceivedMail> {
  return eventually(() => {
    const mail = sink.mailsTo(email).find((each) => each.subject.includes(subject));
    expect(mail).toBeDefined();
    return mail as ReceivedMail;
  });
}

/** Instead of waiting for two weeks. */
async function wake(jobId: string): Promise<void> {
  const later = new Date(running.clock.millis() + 15 * DAY_MS);
  await running.app.get(AccountDeletionSaga, { strict: false }).wake(jobId, later);
}

async function expectState(jobId: string, state: string): Promise<void> {
  await eventually(async () => {
    const rows = await query(database.url, 'select state from accounts.account_deletions where id = $1', [
      jobId,
    ]);
    expect(rows).toEqual([{ state }]);
  });
}

/** The tasks to delete the account that wait in the outbox. */
function tasksOf(user: SignedUp): Promise<object[]> {
  const waiting = `select from accounts.outbox where type = 'delete-account' and subject = $1`;
  return query(database.url, waiting, [idOf(user)]);
}

/** The tables that have the ID, the address or the name of the user in any column. Months of the audit log are one. */
async function tablesWith(user: SignedUp): Promise<string[]> {
  const tables = await tablesAbout(database.url, [idOf(user), user.email, user.displayName ?? idOf(user)]);
  return tables.filter((name) => !name.startsWith('accounts.audit_events_'));
}
