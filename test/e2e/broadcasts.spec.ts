import { beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { idOf, suspend, userWithPermissions } from '../support/administration.js';
import type { Answer, ApiClient } from '../support/client.js';
import { signIn, signUp, tokenIn } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { type JobBody, jobEnd, NDJSON, ndjson, sendImport } from '../support/imports.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ORDER_SHIPPED, publishTemplate } from '../support/templates.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const { database } = servers;
const { api, notifications } = useApps(
  { api: ['api', WITH_ADMIN], worker: 'worker', notifications: 'notifications' },
  {},
  servers,
);
const USERS = 1_500;
const CROWD = { emailDomain: 'crowd.test' };

let admin: ApiClient;
beforeAll(async () => {
  admin = (await signIn(api.api, ADMIN)).api;
  await publishTemplate(admin, 'news', {
    variables: { topic: { type: 'string' } },
    category: 'news',
    contents: {
      en: {
        email: { subject: 'News about {{ topic }}', html: '<p>Hello {{ recipient.displayName }}</p>' },
        inbox: { title: 'News about {{ topic }}', body: 'x' },
      },
    },
  });
  const rows = Array.from({ length: USERS }, (_, number) => ({
    email: `user-${number}@crowd.test`,
    emailVerified: true,
    displayName: `User ${number}`,
  }));
  const { body } = await sendImport(admin, NDJSON, ndjson(rows));
  expect(await jobEnd(admin, body.jobId, 60_000)).toMatchObject({ result: { imported: USERS } });
}, 120_000);

const broadcast = (more: object, as = admin): Promise<Answer<{ jobId: string }>> =>
  as.post<{ jobId: string }>('/notifications/broadcast', {
    audience: CROWD,
    template: 'news',
    data: { topic: 'cats' },
    ...more,
  });
const job = async (id: string) => (await admin.get<JobBody>(`/jobs/${id}`)).body;

/** How many notifications with this title, and how many users have one. */
async function notified(template = 'news'): Promise<{ notifications: number; users: number }> {
  const [found] = await query<{ notifications: number; users: number }>(
    database.url,
    `select count(*)::int as notifications, count(distinct user_id)::int as users
       from notifications.notifications where template = $1`,
    [template],
  );
  return found ?? { notifications: 0, users: 0 };
}

/** The states of the emails of a broadcast, and why they are in them. */
function emailsOf(id: string): Promise<{ state: string; reason: string | null; count: number }[]> {
  return query(
    database.url,
    `select d.state, left(d.last_error, 15) as reason, count(*)::int as count from notifications.deliveries d
       join notifications.notifications n on n.id = d.notification_id where n.broadcast_id = $1 group by 1, 2`,
    [id],
  );
}

/** Has the mail server accept mails as soon as none is on its way that left before the broadcast was stopped. */
async function acceptLaterMails(id: string): Promise<void> {
  await eventually(async () => {
    const states = (await emailsOf(id)).map(({ state }) => state);
    expect(states).not.toContain('sending');
  });
  servers.sink.behave('accept');
}

/** Waits until a broadcast has got further than `done`, and has begun or been resumed so often. */
function further(id: string, done: number, times = 1): Promise<number> {
  return eventually(
    async () => {
      const { attempts, progress } = await job(id);
      expect(attempts).toBeGreaterThanOrEqual(times);
      expect(progress?.total).toBe(USERS);
      expect(progress?.done).toBeGreaterThan(done);
      return progress?.done ?? 0;
    },
    { timeoutMs: 60_000 },
  );
}

describe('a broadcast', () => {
  it('notifies everyone once, although it is killed twice and paused once', async () => {
    const { status, body } = await broadcast({});
    expect(status).toBe(202);
    const first = await further(body.jobId, 0);
    await notifications.restart();
    const second = await further(body.jobId, first, 2);
    expect((await admin.post(`/jobs/${body.jobId}/pause`)).body).toMatchObject({ state: 'paused' });
    const paused = await job(body.jobId);
    expect(paused.progress?.done).toBeLessThan(USERS);
    // The run ends, and gets no further.
    const redis = await hold(new Redis(servers.redisUrl), (open) => {
      open.disconnect();
    });
    await eventually(async () => expect(await redis.llen('bull:broadcast-notification:active')).toBe(0), {
      timeoutMs: 30_000,
    });
    expect((await job(body.jobId)).progress).toEqual(paused.progress);
    await notifications.restart();
    // Whatever was running is gone, and nothing has begun again.
    expect(await job(body.jobId)).toMatchObject({ state: 'paused', progress: paused.progress });
    expect((await admin.post(`/jobs/${body.jobId}/resume`)).body).toMatchObject({ state: 'waiting' });
    await further(body.jobId, second, 3);
    await notifications.restart();
    const ended = await jobEnd(admin, body.jobId, 90_000);
    expect(ended).toMatchObject({
      type: 'broadcast-notification',
      state: 'completed',
      progress: { done: USERS, total: USERS },
      result: { notified: USERS, notRendered: 0 },
    });
    expect(await notified()).toEqual({ notifications: USERS, users: USERS });
    await eventually(
      async () => {
        const [left] = await query(database.url, 'select from notifications.outbox limit 1');
        expect(left).toBeUndefined();
      },
      { timeoutMs: 90_000 },
    );
    const mails = servers.sink.mails.filter(({ subject }) => subject === 'News about cats');
    // A mail whose confirmation was lost in a kill is there twice, under the same Message-ID.
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(USERS);
    expect(new Set(mails.map(({ envelope }) => envelope.to[0])).size).toBe(USERS);
    const inboxes = 'select from notifications.inbox_notifications';
    expect(await query(database.url, inboxes)).toHaveLength(USERS);
  }, 240_000);

  it('goes on in another process while the first one is frozen, and notifies nobody twice when that thaws', async () => {
    const data = { topic: 'frogs' };
    const { body } = await broadcast({ data, channels: ['inbox'] });
    await further(body.jobId, 0);
    await hold(notifications.kill('SIGSTOP'), () => notifications.kill('SIGCONT'));
    const frozen = (await job(body.jobId)).progress?.done ?? 0;
    expect(frozen).toBeLessThan(USERS);
    const other = await servers.start('notifications');
    await further(body.jobId, frozen);
    await notifications.kill('SIGCONT');
    expect(await jobEnd(admin, body.jobId, 60_000)).toMatchObject({
      state: 'completed',
      progress: { done: USERS, total: USERS },
    });
    await other.stop();
    const twice = `select i.user_id from notifications.inbox_notifications i
                    join notifications.notifications n on i.id = any(n.delivery_ids)
                    where n.created_at > (select created_at from notifications.broadcasts where id = $1)
                    group by i.user_id having count(*) > 1`;
    expect(await query(database.url, twice, [body.jobId])).toEqual([]);
  }, 120_000);

  it('begins at its time, for the audience that there is by then', async () => {
    await publishTemplate(admin, 'later', {
      contents: ORDER_SHIPPED.contents,
      variables: ORDER_SHIPPED.variables,
    });
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const data = { orderId: '1', trackingUrl: 'https://parcels.example' };
    const audience = { createdAfter: new Date().toISOString() };
    const { body } = await broadcast({ template: 'later', data, audience, sendAt, channels: ['inbox'] });
    expect(await job(body.jobId)).toMatchObject({ state: 'waiting', startsAt: sendAt, progress: null });
    const [active, suspended] = [await signUp(api.api), await signUp(api.api)];
    expect((await suspend(admin, suspended)).status).toBe(200);
    await query(database.url, 'update notifications.outbox set next_at = now() where message_id = $1', [
      body.jobId,
    ]);
    await jobEnd(admin, body.jobId, 30_000);
    const rows = await query<{ user_id: string }>(
      database.url,
      `select user_id from notifications.notifications where template = 'later'`,
    );
    expect(rows).toEqual([{ user_id: idOf(active) }]);
  });

  it('can be canceled, and says what has become of it', async () => {
    const { body } = await broadcast({ sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    expect((await admin.delete(`/jobs/${body.jobId}`)).status).toBe(204);
    expect(await job(body.jobId)).toMatchObject({ state: 'canceled', result: { notified: 0 } });
    expectProblem(await admin.post(`/jobs/${body.jobId}/pause`), 409, 'job-not-pausable');
    expectProblem(await admin.post(`/jobs/${body.jobId}/resume`), 409, 'job-not-pausable');
    const { items } = (
      await admin.get<{ items: JobBody[] }>('/jobs?type=broadcast-notification&state=canceled')
    ).body;
    expect(items).toMatchObject([{ id: body.jobId }]);
    const events = async () =>
      (await admin.get<{ items: { type: string; target: string }[] }>('/audit-events?limit=100')).body.items
        .filter(({ target }) => target === body.jobId)
        .map(({ type }) => type);
    await eventually(async () => expect(await events()).toEqual(['broadcast.canceled', 'broadcast.started']));
  });

  it('sends no further emails once it is canceled, and waits with them while it is paused', async () => {
    await hold(servers.sink.behave('defer'), () => servers.sink.behave('accept'));
    const { body } = await broadcast({ data: { topic: 'birds' }, channels: ['email'] });
    await further(body.jobId, 0);
    expect((await admin.post(`/jobs/${body.jobId}/pause`)).status).toBe(200);
    await acceptLaterMails(body.jobId);
    const states = async () => (await emailsOf(body.jobId)).map(({ state, reason }) => [state, reason]);
    await eventually(async () => expect(await states()).toEqual([['queued', 'it is held unti']]), {
      timeoutMs: 60_000,
    });
    expect((await admin.delete(`/jobs/${body.jobId}`)).status).toBe(204);
    await query(database.url, 'update notifications.outbox set next_at = now()');
    await eventually(async () => expect(await states()).toEqual([['suppressed', 'it was canceled']]), {
      timeoutMs: 60_000,
    });
    expect(servers.sink.mails.filter(({ subject }) => subject.includes('birds'))).toEqual([]);
  }, 180_000);

  it('can be paused and canceled until all of its emails are sent, although everyone is notified', async () => {
    await hold(servers.sink.behave('defer'), () => servers.sink.behave('accept'));
    const { body } = await broadcast({ data: { topic: 'snails' }, channels: ['email'] });
    expect(await jobEnd(admin, body.jobId, 60_000)).toMatchObject({ state: 'completed' });
    const notifiedOnce = await notified();
    expect((await admin.post(`/jobs/${body.jobId}/pause`)).body).toMatchObject({
      state: 'paused',
      finishedAt: null,
      progress: { done: USERS, total: USERS },
    });
    expect((await admin.post(`/jobs/${body.jobId}/resume`)).body).toMatchObject({ state: 'completed' });
    expect((await admin.delete(`/jobs/${body.jobId}`)).status).toBe(204);
    await acceptLaterMails(body.jobId);
    await eventually(
      async () => {
        await query(database.url, 'update notifications.outbox set next_at = now()');
        expect(await emailsOf(body.jobId)).toMatchObject([{ state: 'suppressed', count: USERS }]);
      },
      { timeoutMs: 60_000 },
    );
    expect(servers.sink.mails.filter(({ subject }) => subject.includes('snails'))).toEqual([]);
    expect(await notified()).toEqual(notifiedOnce);
    expectProblem(await admin.delete(`/jobs/${body.jobId}`), 409, 'job-is-over');
  }, 180_000);

  it('leaves nothing behind in the outbox if its email is the only one in a digest', async () => {
    const since = new Date().toISOString();
    const user = await signUp(api.api);
    const mail = await eventually(() => {
      const [found] = servers.sink.mailsTo(user.email);
      expect(found).toBeDefined();
      return found as ReceivedMail;
    });
    expect((await api.api.verify(tokenIn(mail))).status).toBe(204);
    const json = { digest: { afterMinutes: 30 } };
    await user.api.send('PUT', '/users/me/notification-preferences', { json });
    const { body } = await broadcast({ audience: { createdAfter: since }, channels: ['email'] });
    await jobEnd(admin, body.jobId, 30_000);
    const tasks = () =>
      query(database.url, 'select consumer from notifications.outbox where subject = $1', [idOf(user)]);
    expect(await tasks()).toEqual([{ consumer: 'send-digest' }]);
    await query(database.url, 'update notifications.outbox set next_at = now()');
    await eventually(async () => expect(await tasks()).toEqual([]));
    expect(servers.sink.mailsTo(user.email).map(({ subject }) => subject)).toContain('News about cats');
  });

  it('is for those who may send notifications, and repeated once', async () => {
    const sender = await userWithPermissions({ api: api.api, admin, database }, 'notifications:send');
    const nobody = await signUp(api.api);
    expectProblem(await broadcast({}, nobody.api), 403, 'forbidden');
    const headers = { 'Idempotency-Key': 'a-broadcast' };
    const json = { audience: { role: 'no-such-role' }, template: 'news', data: { topic: 'dogs' } };
    const answers = [1, 2].map(() =>
      sender.api.send<{ jobId: string }>('POST', '/notifications/broadcast', { json, headers }),
    );
    const [one, other] = (await Promise.all(answers)).map(({ body }) => body.jobId).filter(Boolean);
    expect(other ?? one).toBe(one);
    const ended = await jobEnd(sender.api, one ?? '', 30_000);
    expect(ended).toMatchObject({ state: 'completed', progress: { done: 0, total: 0 } });
    // In one transaction, so that no crash can separate them. xmin is the transaction that wrote a row.
    const waiting = {
      json: { ...json, sendAt: new Date(Date.now() + 3_600_000).toISOString() },
      headers: { 'Idempotency-Key': 'later' },
    };
    const later = await sender.api.send<{ jobId: string }>('POST', '/notifications/broadcast', waiting);
    const together = await query(
      database.url,
      `select k.xmin = b.xmin as same from notifications.broadcasts b, notifications.idempotency_keys k
        where b.id = $1 order by k.expires_at desc limit 1`,
      [later.body.jobId],
    );
    expect(together).toEqual([{ same: true }]);
  });

  it.each([
    ['/audience', { audience: undefined }],
    ['/audience/status', { audience: { status: 'deleted' } }],
    ['/audience/emailDomain', { audience: { emailDomain: 'a b' } }],
    ['/audience/role', { audience: { role: 1 } }],
    ['/audience/createdAfter', { audience: { createdAfter: 'yesterday' } }],
    ['/audience/plan', { audience: { plan: 'pro' } }],
    ['/template', { template: 'no-such-template' }],
    ['/template', { template: 'reset-password' }],
    ['/data/topic', { data: {} }],
    ['/channels', { channels: ['sms'] }],
    ['/sendAt', { sendAt: '2999-01-01T00:00:00Z' }],
  ])('refuses %s of %j', async (pointer, more) => {
    const refused = await broadcast(more);
    expectProblem(refused, 400, 'invalid-input');
    expect(refused.body).toMatchObject({ errors: [{ pointer }] });
  });
});
