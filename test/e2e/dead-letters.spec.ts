import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { idOf, userWithPermissions } from '../support/administration.js';
import type { ApiClient } from '../support/client.js';
import { type SignedUp, signUp } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import type { JobBody } from '../support/imports.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ORDER_DATA, publishTemplate } from '../support/templates.js';
import { useApp, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useOwnRedis, useServers } from '../support/use-servers.js';

const redis = useOwnRedis();
const servers = useServers({ redis });
const app = useApp('api', WITH_ADMIN, servers);
useApps({ worker: 'worker', notifications: 'notifications' }, {}, servers);
const { admin, api, sink, database } = app;

const FAILED = '/jobs?state=failed&limit=1';

interface Jobs {
  readonly items: JobBody[];
  readonly page: {
    readonly nextCursor: string | null;
    readonly previousCursor: string | null;
    readonly total?: number;
  };
}

async function failedMails(count: number): Promise<JobBody[]> {
  return eventually(async () => {
    const { body } = await admin.get<Jobs>('/jobs?type=send-mail');
    expect(body.items).toHaveLength(count);
    return body.items;
  });
}

/** @returns users whose mail server refuses everything, and the jobs for their mails, newest first */
async function refusedMails(count: number): Promise<{ users: SignedUp[]; jobs: JobBody[] }> {
  await hold(sink.behave('reject'), () => sink.behave('accept'));
  const users: SignedUp[] = [];
  for (let number = 1; number <= count; number += 1) {
    users.push(await signUp(api));
    await failedMails(number);
  }
  return { users, jobs: await failedMails(count) };
}

function retry(caller: ApiClient, { id }: JobBody) {
  return caller.post<JobBody>(`/jobs/${id}/retry`);
}

describe('an email that the mail server refuses', () => {
  it('is listed among the jobs that failed, with the reason, and arrives once someone retries it', async () => {
    const { users, jobs } = await refusedMails(3);
    const [newest, , oldest] = jobs as [JobBody, JobBody, JobBody];
    expect(newest).toMatchObject({
      type: 'send-mail',
      state: 'failed',
      error: 'dead-letter',
      attempts: 1,
      progress: null,
      result: { reason: expect.stringContaining('refused') },
      startsAt: null,
    });
    expect(JSON.stringify(jobs)).not.toContain('@');
    expect((await admin.get(`/jobs/${newest.id}`)).body).toEqual(newest);
    expect((await admin.get<Jobs>('/jobs?state=completed')).body.items).toEqual([]);
    expect((await admin.get<Jobs>('/jobs?type=import-users')).body.items).toEqual([]);

    // There and back, a job a page.
    const pages = [(await admin.get<Jobs>(`${FAILED}&total=true`)).body];
    expect(pages[0]?.page.total).toBe(3);
    for (let at = pages[0]?.page.nextCursor; at; at = pages.at(-1)?.page.nextCursor) {
      pages.push((await admin.get<Jobs>(`${FAILED}&cursor=${at}`)).body);
    }
    expect(pages.map(({ items }) => items)).toEqual(jobs.map((job) => [job]));
    const back = (await admin.get<Jobs>(`${FAILED}&cursor=${pages[2]?.page.previousCursor}`)).body;
    expect(back.items).toEqual([jobs[1]]);

    expectProblem(await admin.delete(`/jobs/${oldest.id}`), 409, 'job-is-over');
    sink.behave('accept');
    const retried = await retry(admin, oldest);
    expect(retried.status).toBe(200);
    expect(retried.body).toMatchObject({
      id: oldest.id,
      type: 'send-mail',
      state: 'waiting',
      error: null,
      result: null,
    });
    await eventually(() => expect(sink.mailsTo(users[0]?.email ?? '')).toHaveLength(1));
    expect((await failedMails(2)).map(({ id }) => id)).toEqual([newest.id, jobs[1]?.id]);
    expectProblem(await admin.get(`/jobs/${oldest.id}`), 404, 'job-not-found');
    expectProblem(await retry(admin, oldest), 404, 'job-not-found');
    expect(
      await query(database.url, `select target from accounts.audit_events where type = 'job.retried'`),
    ).toEqual([{ target: oldest.id }]);
  });

  it('is only seen by those who may see the jobs of others', async () => {
    const [job] = (await admin.get<Jobs>('/jobs?type=send-mail')).body.items as [JobBody];
    const someone = await signUp(api);
    expectProblem(await someone.api.get(`/jobs/${job.id}`), 404, 'job-not-found');
    expectProblem(await retry(someone.api, job), 403, 'forbidden');
    const reader = await userWithPermissions(app, 'jobs:read');
    expect((await reader.api.get(`/jobs/${job.id}`)).status).toBe(200);
    expectProblem(await retry(reader.api, job), 403, 'forbidden');
  });

  it('is retried with all others that failed for the same reason', async () => {
    await hold(sink.behave('reject'), () => sink.behave('accept'));
    const users = [await signUp(api), await signUp(api)];
    // Whatever else has failed is retried, too.
    const jobs = await eventually(async () => {
      const { items } = (await admin.get<Jobs>('/jobs?type=send-mail&limit=100')).body;
      const ids = await query<{ id: string }>(
        database.url,
        'select id from notifications.deliveries where user_id = any($1)',
        [users.map(idOf)],
      );
      expect(ids).toHaveLength(users.length);
      expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(ids.map(({ id }) => id)));
      return items;
    });
    const retryAll = async (json: object) =>
      (await admin.post<{ retried: number; remaining: number }>('/jobs/retry', json)).body;
    const none = { retried: 0, remaining: 0 };
    expect(await retryAll({ type: 'send-mail', reason: 'no such reason' })).toEqual(none);
    expect(await retryAll({ type: 'import-users' })).toEqual(none);
    sink.behave('accept');
    const [, reason = ''] = /\(refused\): (.+)/.exec(String(jobs[0]?.result?.['reason'])) ?? [];
    const { retried, remaining } = await retryAll({ type: 'send-mail', reason: reason.toLowerCase() });
    expect([retried >= jobs.length, remaining]).toEqual([true, 0]);
    await eventually(() => {
      for (const { email } of users) {
        expect(sink.mailsTo(email)).toHaveLength(1);
      }
    });
    await failedMails(0);
    const someone = await userWithPermissions(app, 'jobs:read');
    expectProblem(await someone.api.post('/jobs/retry', { type: 'send-mail' }), 403, 'forbidden');
    expectProblem(await admin.post('/jobs/retry', {}), 400, 'invalid-input');
  });

  it('can be what does a job that a feature still takes for active, which then counts as failed', async () => {
    const template = await publishTemplate(admin, 'news');
    const { jobId } = (
      await admin.post<{ jobId: string }>('/notifications/broadcast', {
        audience: { role: 'nobody' },
        template,
        data: ORDER_DATA,
        sendAt: new Date(Date.now() + 3_600_000).toISOString(),
      })
    ).body;
    const client = await hold(new Redis(redis.url), (open) => open.disconnect());
    const key = 'bull:broadcast-notification:';
    const now = String(Date.now());
    await client.hset(`${key}${jobId}`, {
      name: 'broadcast-notification',
      data: JSON.stringify({ broadcastId: jobId }),
      opts: JSON.stringify({ jobId, removeOnComplete: true }),
      timestamp: now,
      finishedOn: now,
      delay: '0',
      attemptsMade: '300',
      failedReason: 'the template of the broadcast is gone',
    });
    await client.zadd(`${key}failed`, now, jobId);
    const state = async () => (await admin.get<JobBody>(`/jobs/${jobId}`)).body;
    expect(await state()).toMatchObject({ state: 'failed', error: 'dead-letter' });
    expect((await admin.post(`/jobs/${jobId}/pause`)).status).toBe(200);
    expect((await admin.post(`/jobs/${jobId}/resume`)).status).toBe(200);
    await eventually(async () => expect(await state()).toMatchObject({ state: 'completed', error: null }));
  });

  it('is not forgotten in silence: without Redis, the list says that it is not complete', async () => {
    process.kill(redis.pid, 'SIGKILL');
    await redis.exited;
    await hold(redis, () => redis.restart());
    expectProblem(await admin.get('/jobs'), 503, 'unavailable');
    const { jobId } = (await admin.post<{ jobId: string }>('/users/export')).body;
    expect((await admin.get(`/jobs/${jobId}`)).status).toBe(200);
  });
});
