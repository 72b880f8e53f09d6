import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ApiClient, type RequestOptions } from '../support/client.js';
import { type SignedUp, signUp, tokenIn } from '../support/factories.js';
import { statusOf } from '../support/kept-connection.js';
import { expectProblem } from '../support/problems.js';
import { sendRaw } from '../support/raw-http.js';
import { eventually, type RunningApp } from '../support/servers.js';
import { useApps } from '../support/use-app.js';

const TOKEN = 'the-management-token-of-these-tests';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const apps = useApps(
  {
    worker: ['worker', { MANAGEMENT_HOSTS: 'jobs.acme.internal' }],
    api: 'api',
    notifications: 'notifications',
  },
  { MANAGEMENT_TOKEN: TOKEN },
);
const { sink, worker } = apps;
const { api } = apps.api;
let user: SignedUp;

beforeAll(async () => {
  sink.behave('reject');
  user = await signUp(api);
  await eventually(async () => expect(await failed('send-mail')).toHaveLength(1));
});

interface ShownJob {
  readonly id: string;
  readonly data: Record<string, unknown>;
  readonly failedReason: string;
  readonly attempts: number;
}

interface ShownQueue {
  readonly name: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly jobs: readonly ShownJob[];
}

function ask(
  path: string,
  { method = 'GET', ...options }: RequestOptions & { readonly method?: string } = {},
  app: RunningApp = worker,
): Promise<Answer<unknown>> {
  return new ApiClient(app.managementUrl, '/jobs', { authorization: `Bearer ${TOKEN}` }).send(
    method,
    path,
    options,
  );
}

async function queues(active: string, status = 'latest'): Promise<readonly ShownQueue[]> {
  const answer = await ask(`/api/queues?activeQueue=${active}&status=${status}&page=1&jobsPerPage=10`);
  expect(answer.status).toBe(200);
  return (answer.body as { queues: readonly ShownQueue[] }).queues;
}

async function failed(name: string): Promise<readonly ShownJob[]> {
  return (await queues(name, 'failed')).find((queue) => queue.name === name)?.jobs ?? [];
}

describe('the job console', () => {
  it('serves a page and all of its assets from its own origin', async () => {
    const page = await ask('');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain(`script-src 'self'`);
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    const sources = [...String(page.body).matchAll(/src="(static\/[^"]+)"/g)].map(
      ([, source = '']) => source,
    );
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      expect((await ask(`/${source}`)).status).toBe(200);
    }
  });

  it('shows every queue, including those of other roles', async () => {
    const names = (await queues('send-mail')).map(({ name }) => name);
    expect(names.toSorted()).toEqual([
      'broadcast-notification',
      'confirm-to-accounts',
      'confirm-to-notifications',
      'count-keys-of-accounts',
      'count-keys-of-notifications',
      'delete-account',
      'deliver-notification',
      'deliver-to-accounts',
      'deliver-to-notifications',
      'deliver-webhook',
      'export-account',
      'export-users',
      'import-users',
      'index-email-domains',
      'purge-accounts',
      'purge-notifications',
      'rebuild-recipients',
      'refresh-recipients',
      'resume-sagas',
      'resume-webhooks',
      'retry-webhook',
      'rotate-audit-months',
      'rotate-keys-of-accounts',
      'rotate-keys-of-notifications',
      'send-broadcast-mail',
      'send-broadcast-push',
      'send-broadcast-sms',
      'send-digest',
      'send-mail',
      'send-push',
      'send-sms',
    ]);
  });

  it('requires the management token', async () => {
    for (const path of ['', '/api/queues', '/static/favicon.ico', '/queue/send-mail']) {
      const answer = await ask(path, { headers: { authorization: 'Bearer wrong' } });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer, Basic realm=/);
      expectProblem(answer, 401, 'management-token-needed');
    }
    await eventually(() =>
      expect(worker.logs()).toContain('requests with a wrong management token so far: 1'),
    );
    expect(worker.logs()).not.toContain('so far: 2');
    const basic = `Basic ${Buffer.from(`ops:${TOKEN}`).toString('base64')}`;
    expect((await ask('', { headers: { authorization: basic } })).status).toBe(200);
  });

  it('accepts only known hosts', async () => {
    const askAs = (host: string): Promise<number> =>
      statusOf(`${worker.managementUrl}/jobs`, undefined, { host, authorization: `Bearer ${TOKEN}` });
    expect(await askAs('jobs.acme.internal')).toBe(200);
    expect(await askAs('evil.test')).toBe(421);
  });

  it('returns a problem for malformed requests', async () => {
    const head = `Host: localhost\r\nConnection: close\r\n\r\n`;
    expectProblem(
      await sendRaw(worker.managementUrl, `GET /jobs/% HTTP/1.1\r\n${head}`),
      400,
      'malformed-request',
    );
    expectProblem(await sendRaw(worker.managementUrl, `FOO / HTTP/1.1\r\n${head}`), 400, 'malformed-request');
  });

  it('is not available in other roles, or without a token', async () => {
    const closed = await apps.start('worker');
    for (const app of [apps.api, apps.notifications, closed]) {
      expectProblem(await ask('', {}, app), 404, 'not-found');
    }
  });

  it('shows only the ids and kinds in a payload', async () => {
    await apps.notifications.stop();
    await signUp(api);
    await eventually(async () => {
      const delivery = (await queues('deliver-to-notifications', 'waiting'))
        .flatMap(({ jobs }) => jobs)
        .find(({ data }) => (data as { type?: string }).type === 'send-notification');
      expect(delivery?.data).toEqual({
        from: 'accounts',
        messageId: expect.stringMatching(UUID),
        type: 'send-notification',
        subject: expect.stringMatching(UUID),
        occurredAt: expect.stringMatching(/^\d{4}-/),
        sealed: '[redacted]',
      });
      const detail = await ask(`/api/queues/deliver-to-notifications/${delivery?.id}`);
      expect((detail.body as { job: ShownJob }).job.data['sealed']).toBe('[redacted]');
    });
    await apps.notifications.restart();
    await eventually(async () => expect(await failed('send-mail')).toHaveLength(2));
  });

  it('allows no other changes', async () => {
    const [job] = await failed('send-mail');
    const forbidden = [
      ['PUT', '/api/queues/pause'],
      ['PUT', '/api/queues/resume'],
      ['PUT', '/api/queues/send-mail/empty'],
      ['PUT', '/api/queues/send-mail/obliterate'],
      ['PUT', '/api/queues/send-mail/clean/failed'],
      ['PUT', `/api/queues/send-mail/${job?.id}/clean`],
      ['POST', '/api/queues/send-mail/add'],
      ['PATCH', `/api/queues/send-mail/${job?.id}/update-data`],
      ['PATCH', `/api/queues/send-mail/${job?.id}/delay`],
      ['PATCH', `/api/queues/send-mail/${job?.id}/priority`],
    ] as const;
    for (const [method, path] of forbidden) {
      const body = '{"jobData":{},"name":"send-mail","data":{},"options":{},"delay":1,"priority":1}';
      const answer = await ask(path, { method, body, headers: { 'content-type': 'application/json' } });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    const crossSite = await ask('/api/queues/send-mail/retry/failed', {
      method: 'PUT',
      headers: { origin: 'http://evil.test' },
    });
    expectProblem(crossSite, 403, 'cross-site-request');
    expect(await failed('send-mail')).toHaveLength(2);
  });

  it('returns an error for unreadable input', async () => {
    const headers = { 'content-type': 'application/json' };
    const malformed = await ask('/api/queues/send-mail/retry/failed', { method: 'PUT', body: '{', headers });
    expect(malformed.status).toBe(400);
    expect((await ask('/api/queues?activeQueue=%25E0%25A4%25A')).status).toBe(400);
    const big = `"${'x'.repeat(2_000_000)}"`;
    const tooLarge = await ask('/api/queues/send-mail/retry/failed', { method: 'PUT', body: big, headers });
    expect(tooLarge.status).toBe(413);
    const [job] = await failed('send-mail');
    const notDelayed = await ask(`/api/queues/send-mail/${job?.id}/promote`, { method: 'PUT' });
    expect(notDelayed.status).toBe(409);
    expect(worker.logs()).not.toContain('the job console failed');
  });

  it('retries a dead letter, whose mail then arrives', async () => {
    const job = (await failed('send-mail')).at(-1);
    expect(job).toMatchObject({ attempts: 1, failedReason: expect.stringContaining('refused') });
    sink.behave('accept');
    const retry = await ask(`/api/queues/send-mail/${job?.id}/retry`, { method: 'PUT' });
    expect(retry.status).toBe(204);
    await eventually(() => {
      expect(sink.mailsTo(user.email)).toHaveLength(1);
    });
    expect((await api.verify(tokenIn(sink.mailsTo(user.email)[0]))).status).toBe(204);
    // The job runs for a moment after its mail has arrived. Until it ends, a retry is rejected with another status.
    await eventually(async () => {
      const again = await ask(`/api/queues/send-mail/${job?.id}/retry`, { method: 'PUT' });
      expect(again.status).toBe(404);
    });
    const line = `job console: PUT /jobs/api/queues/send-mail/${job?.id}/retry: 204`;
    await eventually(() => expect(worker.logs()).toContain(line));
  });

  it('retries all dead letters of a queue', async () => {
    expect((await ask('/api/queues/send-mail/retry/failed', { method: 'PUT' })).status).toBe(200);
    await eventually(async () => expect(await failed('send-mail')).toEqual([]));
    await eventually(() => {
      expect(sink.mails).toHaveLength(2);
    });
  });
});
