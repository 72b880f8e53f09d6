import { describe, expect, it } from '@jest/globals';
import { AccountDeletionSaga } from '../../src/accounts/deletion/account-deletion.saga.js';
import { idOf, NOBODY } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { aBystander } from '../support/bystander.js';
import type { ApiClient } from '../support/client.js';
import { signUp, type SignedUp } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { type JobBody, jobEnd } from '../support/imports.js';
import { ACCOUNTS, followRealTime, linkIdentity, OAUTH_SETTINGS } from '../support/oauth.js';
import { useOidcProvider } from '../support/oidc-provider.js';
import { signInWithPasskey } from '../support/passkeys.js';
import { expectProblem } from '../support/problems.js';
import { aSubscription, newVapidKeys } from '../support/push-service.js';
import { eventually } from '../support/servers.js';
import { query, rowsAbout, tablesAbout } from '../support/stored.js';
import { notifyInApp, notifyTomorrow, publishTemplate } from '../support/templates.js';
import { useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const ORIGIN = 'https://app.acme.test';
const DAY_MS = 86_400_000;
const ADAS_NUMBER = '+4915123456789';
const ADAS_BROWSER = aSubscription();

const provider = useOidcProvider(() => [`${ACCOUNTS}/v2/auth/oauth/acme/callback`]);
const settings = () => ({
  ...OAUTH_SETTINGS,
  ...WITH_ADMIN,
  APP_URL: ORIGIN,
  OAUTH_ACME_ISSUER: provider.issuer,
  OAUTH_ACME_CLIENT_ID: provider.clientId,
  OAUTH_ACME_CLIENT_SECRET: provider.clientSecret,
  // Nothing listens there.
  SMS_URL: 'http://127.0.0.1:9',
  VAPID_PRIVATE_KEY: newVapidKeys().privateKey,
});
const servers = useServers();
const running = useApiApp(settings, servers);
const { admin, api, clock, database } = running;
followRealTime(clock);

async function link({ email, session }: SignedUp): Promise<void> {
  provider.signIn({ sub: session.user.id, email, email_verified: true });
  await linkIdentity(api, 'acme', session);
}

async function addDevices(caller: ApiClient, phoneNumber: string, browser: object): Promise<void> {
  expect((await caller.send('PUT', '/users/me/phone', { json: { phoneNumber } })).status).toBe(200);
  expect((await caller.post('/users/me/push-subscriptions', browser)).status).toBe(201);
}

/** Two people with all that an account can have. They are made before their mails are sent. */
const people = useFixture(async () => {
  const ada = await aBystander(running, { origin: ORIGIN, link });
  const eve = await aBystander(running, { origin: ORIGIN, link });
  const planned = await signInWithPasskey(api, ada.passkey.device);
  expect((await api.as(planned.body).delete('/users/me')).status).toBe(202);
  const { body } = await signInWithPasskey(api, ada.passkey.device);
  expect((await api.as(body).delete('/users/me/deletion')).status).toBe(204);
  const { body: eves } = await signInWithPasskey(api, eve.passkey.device);
  await addDevices(api.as(body), ADAS_NUMBER, ADAS_BROWSER);
  await addDevices(api.as(eves), '+4915198765432', aSubscription());
  const template = await publishTemplate(admin, 'order-shipped');
  await notifyInApp(admin, template, [ada, eve]);
  await notifyTomorrow(admin, template, [ada, eve]);
  const patch = { displayName: 'Ada Lovelace', appMetadata: { plan: 'gold' } };
  expect((await admin.patch(`/users/${idOf(ada)}`, patch)).status).toBe(200);
  return { ada, eve, session: body };
});

const { worker, notifications } = useApps({ worker: 'worker', notifications: 'notifications' }, {}, servers);

interface Document {
  readonly [section: string]: unknown;
}

async function start(caller: ApiClient): Promise<string> {
  const { status, body } = await caller.post<{ readonly jobId: string }>('/users/me/export');
  expect(status).toBe(202);
  return body.jobId;
}

/** Reports an email as spam, once it was sent. */
async function complainAbout({ email }: SignedUp): Promise<void> {
  await eventually(async () => {
    const [{ messageId } = { messageId: '' }] = servers.sink.mailsTo(email);
    expect((await admin.post('/email-events', { type: 'complained', email, messageId })).status).toBe(204);
    expect(await query(database.url, 'select user_id from notifications.suppressions')).toMatchObject([
      { user_id: expect.any(String) },
    ]);
  });
}

async function documentOf(caller: ApiClient, id: string): Promise<Document> {
  const { status, body } = await caller.get<Document>(`/users/me/export/${id}`);
  expect(status).toBe(200);
  return body;
}

/** Where the rows of a user are, and which section of the document shows what they say. */
const SHOWN: Readonly<Record<string, string>> = {
  'accounts.account_deletions': 'deletions',
  'accounts.api_keys': 'apiKeys',
  'accounts.audit_events': 'auditEvents',
  'accounts.email_changes': 'emailChanges',
  'accounts.identities': 'identities',
  'accounts.passkeys': 'passkeys',
  'accounts.passwords': 'password',
  'accounts.recovery_codes': 'secondFactors',
  'accounts.sessions': 'sessions',
  'accounts.totp_factors': 'secondFactors',
  'accounts.transfers': 'transfers',
  'accounts.user_roles': 'profile',
  'accounts.users': 'profile',
  'notifications.deliveries': 'notifications',
  'notifications.inbox_notifications': 'inbox',
  'notifications.phones': 'phone',
  'notifications.preferences': 'notificationPreferences',
  'notifications.push_subscriptions': 'pushSubscriptions',
  'notifications.scheduled_notifications': 'scheduledNotifications',
  'notifications.suppressions': 'suppressions',
};
/** Nothing but hashes, times, and messages on their way. */
const NOT_SHOWN = [
  'accounts.account_changes',
  'accounts.email_verifications',
  'accounts.mfa_challenges',
  'accounts.oauth_codes',
  'accounts.one_time_codes',
  'accounts.outbox',
  'accounts.password_resets',
  'accounts.reserved_addresses',
  'accounts.seen_devices',
  'accounts.sign_in_notices',
  'notifications.digests',
  'notifications.notifications',
  'notifications.outbox',
];

describe('the export of an account', () => {
  it('has everything that is held about the user', async () => {
    const { ada, session } = people;
    const caller = api.as(session);
    await complainAbout(ada);
    const id = await start(caller);
    const job = await jobEnd(caller, id);
    expect(job).toMatchObject({
      type: 'export-account',
      state: 'completed',
      attempts: 1,
      progress: { done: 1, total: 1 },
      result: { exported: 1 },
    });
    const document = await documentOf(caller, id);
    const { body: me } = await caller.me();
    expect(document['profile']).toEqual(me);
    expect(document).toMatchObject({
      exportedAt: expect.any(String),
      apiKeys: [{ name: expect.any(String), permissions: expect.any(Array) }],
      deletions: [{ state: 'canceled', byAdministrator: false }],
      identities: [{ provider: 'acme', subject: idOf(ada) }],
      passkeys: [{ name: expect.any(String), lastUsedAt: expect.any(String) }],
      phone: { phoneNumber: null, pendingPhoneNumber: ADAS_NUMBER },
      pushSubscriptions: [{ endpoint: ADAS_BROWSER.endpoint, createdAt: expect.any(String) }],
      password: { changedAt: expect.any(String) },
      secondFactors: { authenticatorApp: { confirmedAt: expect.any(String) }, recoveryCodesLeft: 10 },
      transfers: [{ id, type: 'export-account', state: 'active' }],
    });
    expect(document['emailChanges']).toMatchObject([{ to: ada.openChange.newEmail }, { to: ada.email }]);
    expect(namesIn(document, 'auditEvents', 'type')).toEqual(
      expect.arrayContaining(['user.registered', 'passkey.added', 'user.updated', 'user.export-started']),
    );
    expect(namesIn(document, 'notifications', 'template')).toEqual(
      expect.arrayContaining(['verify-email', 'passkey-added', 'email-changed']),
    );
    // All but the last one ended when the deletion was planned.
    const ends = namesIn(document, 'sessions', 'endedAt');
    expect([ends.length, ends.filter((end) => end === null).length]).toEqual([4, 1]);

    const tables = await tablesAbout(database.url, [idOf(ada), ada.email]);
    const unknown = tables.filter(
      (table) => !/\.audit_events_/.test(table) && !SHOWN[table] && !NOT_SHOWN.includes(table),
    );
    expect(unknown).toEqual([]);
    for (const [table, section] of Object.entries(SHOWN)) {
      expect([table, tables.includes(table), section in document]).toEqual([table, true, true]);
    }
  });

  it('has nothing about anyone else, and no secret', async () => {
    const { ada, eve, session } = people;
    const caller = api.as(session);
    const id = await start(caller);
    await jobEnd(caller, id);
    const text = JSON.stringify(await documentOf(caller, id));
    const { body: administrator } = await admin.me();
    for (const other of [
      idOf(eve),
      eve.email,
      eve.openChange.newEmail,
      administrator.id,
      administrator.email,
    ]) {
      expect(text).not.toContain(other);
    }
    const { p256dh, auth } = ADAS_BROWSER.keys;
    const known = [
      p256dh,
      auth,
      ada.password,
      ada.apiKey,
      ada.undoToken,
      ada.resetToken,
      ada.openChange.confirmToken,
    ];
    const tokens = [session.accessToken, session.refreshToken, ada.session.accessToken, ...ada.recoveryCodes];
    const stored = await secretsOf(idOf(ada));
    expect(stored.length).toBeGreaterThan(20);
    expect([...known, ...tokens, ...stored].filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('is complete only when the other service has answered', async () => {
    const user = await signUp(api);
    // Otherwise, the question may overtake the mail while the service is down.
    const deliveries = 'select from notifications.deliveries where user_id = $1';
    await eventually(async () => expect(await query(database.url, deliveries, [idOf(user)])).toHaveLength(1));
    await notifications.kill('SIGKILL');
    const id = await start(user.api);
    await eventually(async () => {
      expect(await outboxOf(id)).toEqual([]);
      const asked = await query(
        database.url,
        `select from accounts.outbox where type = 'collect-user-data' and subject = $1`,
        [idOf(user)],
      );
      expect(asked).toHaveLength(1);
    });
    expect((await user.api.get<JobBody>(`/jobs/${id}`)).body).toMatchObject({
      state: 'active',
      progress: { done: 0, total: 1 },
    });
    expectProblem(await user.api.get(`/users/me/export/${id}`), 409, 'export-not-ready');
    // There is one at a time.
    expect(await start(user.api)).toBe(id);
    await notifications.restart();
    expect(await jobEnd(user.api, id, 60_000)).toMatchObject({ state: 'completed', attempts: 1 });
    expect(namesIn(await documentOf(user.api, id), 'notifications', 'template')).toContain('verify-email');
  }, 90_000);

  it('begins anew when the worker is killed', async () => {
    const user = await signUp(api);
    await worker.kill('SIGKILL');
    const id = await start(user.api);
    // As if it had been killed after its first chunk.
    await query(
      database.url,
      `update accounts.transfers set state = 'active', attempts = 1, chunks_done = 1, bytes_done = 5 where id = $1`,
      [id],
    );
    await query(
      database.url,
      `insert into accounts.transfer_chunks (transfer_id, number, sealed, expires_at) values ($1, 0, 'half', now())`,
      [id],
    );
    await worker.restart();
    expect(await jobEnd(user.api, id, 60_000)).toMatchObject({ state: 'completed', attempts: 2 });
    expect((await documentOf(user.api, id))['profile']).toEqual((await user.api.me()).body);
  }, 90_000);

  it('replaces the one before', async () => {
    const user = await signUp(api);
    const first = await start(user.api);
    await jobEnd(user.api, first);
    const second = await start(user.api);
    await jobEnd(user.api, second);
    expect(second).not.toBe(first);
    expectProblem(await user.api.get(`/users/me/export/${first}`), 404, 'export-not-found');
    expect(await chunksOf(first)).toEqual([]);
    await documentOf(user.api, second);
  });

  it('is for the user alone, who is signed in themselves', async () => {
    const { ada, session } = people;
    const user = await signUp(api);
    const headers = { 'idempotency-key': NOBODY };
    const started = await user.api.post<{ jobId: string }>('/users/me/export', undefined, headers);
    const repeated = await user.api.post<{ jobId: string }>('/users/me/export', undefined, headers);
    expect(repeated.body).toEqual(started.body);
    expect(repeated.headers.get('idempotency-replayed')).toBe('true');
    const { id } = await jobEnd(user.api, started.body.jobId);
    const { headers: sent, body } = await user.api.get(`/users/me/export/${id}`);
    expect(Object.fromEntries(sent)).toMatchObject({
      'content-type': 'application/json',
      'content-disposition': expect.stringMatching(/^attachment; filename="account-\d{4}-\d\d-\d\d\.json"$/),
      'cache-control': 'no-store',
    });
    expect(body).toBeDefined();
    expectProblem(await api.as(session).get(`/users/me/export/${id}`), 404, 'export-not-found');
    expectProblem(await admin.get(`/users/me/export/${id}`), 404, 'export-not-found');
    expectProblem(await admin.get(`/users/export/${id}/file`), 404, 'export-not-found');
    expectProblem(await user.api.get(`/users/me/export/${NOBODY}`), 404, 'export-not-found');
    expectProblem(await api.get(`/users/me/export/${id}`), 401, 'unauthenticated');
    const key = api.as({ accessToken: ada.apiKey });
    expectProblem(await key.post('/users/me/export'), 403, 'session-required');
    const impersonation = await admin.post<{ accessToken: string }>(`/users/${idOf(user)}/impersonate`, {
      reason: 'Ticket 4711',
    });
    const impersonator = api.as(impersonation.body);
    expectProblem(await impersonator.post('/users/me/export'), 403, 'session-required');
    expectProblem(await impersonator.get(`/users/me/export/${id}`), 403, 'session-required');
    const events = await query(
      database.url,
      'select type from accounts.audit_events where target = $1 order by id',
      [id],
    );
    expect(events).toEqual([{ type: 'user.export-started' }, { type: 'user.exported' }]);
  });

  it('can be canceled by an administrator, and started again', async () => {
    const user = await signUp(api);
    await notifications.kill('SIGKILL');
    const id = await start(user.api);
    await eventually(async () => expect(await outboxOf(id)).toEqual([]));
    expect((await admin.delete(`/jobs/${id}`)).status).toBe(204);
    expect(await chunksOf(id)).toEqual([]);
    expectProblem(await user.api.get(`/users/me/export/${id}`), 404, 'export-not-found');
    const next = await start(user.api);
    expect(next).not.toBe(id);
    // It answers both, in order.
    await notifications.restart();
    expect((await jobEnd(user.api, next, 60_000)).state).toBe('completed');
    expect((await jobEnd(user.api, id)).state).toBe('canceled');
    expect(await chunksOf(id)).toEqual([]);
  }, 90_000);

  it('goes with the account', async () => {
    const user = await signUp(api);
    const id = await start(user.api);
    await jobEnd(user.api, id);
    expect((await chunksOf(id)).length).toBeGreaterThan(0);
    const { body } = await user.api.delete<{ jobId: string }>('/users/me');
    const saga = running.app.get(AccountDeletionSaga, { strict: false });
    await saga.wake(body.jobId, new Date(clock.millis() + 15 * DAY_MS));
    expect(await chunksOf(id)).toEqual([]);
    await eventually(async () => {
      const tables = await tablesAbout(database.url, [idOf(user), id]);
      expect(tables.filter((table) => !table.startsWith('accounts.audit_events'))).toEqual([
        'accounts.account_deletions',
        'notifications.erased_users',
      ]);
    });
  });

  it('is gone after a day', async () => {
    const user = await signUp(api);
    const id = await start(user.api);
    await jobEnd(user.api, id);
    clock.advance({ hours: 23 });
    const { body } = await api.refresh(user.session.refreshToken);
    await documentOf(api.as(body), id);
    clock.advance({ hours: 2 });
    const later = await api.refresh(body.refreshToken);
    expectProblem(await api.as(later.body).get(`/users/me/export/${id}`), 404, 'export-not-found');
  });
});

function namesIn(document: Document, section: string, member: string): unknown[] {
  return (document[section] as Readonly<Record<string, unknown>>[]).map((item) => item[member]);
}

/** The values of columns that are no one's business, in rows about the user. */
async function secretsOf(userId: string): Promise<string[]> {
  const columns = await query<{ table: string; name: string }>(
    database.url,
    `select format('%I.%I', table_schema, table_name) as table, column_name as name
       from information_schema.columns
      where table_schema in ('accounts', 'notifications')
        and column_name ~ '(hash|sealed|seed|index|fingerprint|public_key|credential_id)$'`,
  );
  const rows = await rowsAbout(database.url, [userId]);
  const values = await Promise.all(
    columns.map(({ table, name }) =>
      query<{ value: string | null }>(database.url, `select ${name}::text as value from ${table}`),
    ),
  );
  return values
    .flat()
    .flatMap(({ value }) => (value !== null && value.length > 8 ? [value] : []))
    .filter((value) => rows.some((row) => row.includes(value)));
}

function chunksOf(id: string): Promise<object[]> {
  return query(database.url, 'select number from accounts.transfer_chunks where transfer_id = $1', [id]);
}

function outboxOf(id: string): Promise<object[]> {
  return query(database.url, 'select from accounts.outbox where message_id = $1', [id]);
}
