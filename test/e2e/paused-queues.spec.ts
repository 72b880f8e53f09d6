import { describe, expect, it } from '@jest/globals';
import { type Answer, ApiClient } from '../support/client.js';
import { signUp } from '../support/factories.js';
import { metricOf } from '../support/metrics.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { useApps } from '../support/use-app.js';

const TOKEN = 'the-management-token-of-these-tests';

const apps = useApps(
  { worker: 'worker', other: 'worker', api: 'api', notifications: 'notifications' },
  { MANAGEMENT_TOKEN: TOKEN },
);
const { sink, worker, other, notifications } = apps;

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  app = worker,
): Promise<Answer<unknown>> {
  return new ApiClient(app.managementUrl, '/jobs', { authorization: `Bearer ${TOKEN}` }).send(
    method,
    `/api/queues${path}`,
    { headers },
  );
}

interface ShownQueue {
  readonly name: string;
  readonly isPaused: boolean;
  readonly jobs: readonly { readonly id: string }[];
}

async function shown(app = worker): Promise<ShownQueue | undefined> {
  const answer = await ask('GET', '?activeQueue=send-mail&status=paused&page=1&jobsPerPage=10', {}, app);
  return (answer.body as { queues: readonly ShownQueue[] }).queues.find(({ name }) => name === 'send-mail');
}

const isPausedIn = (app: typeof worker): Promise<number> =>
  metricOf(app, 'gatehouse_queue_paused', { queue: 'send-mail' });

describe('a queue that someone pauses in the job console', () => {
  it('stands still in every replica, also after a restart, until they resume it', async () => {
    expect((await ask('PUT', '/send-mail/pause')).status).toBe(200);
    const user = await signUp(apps.api.api);
    await eventually(async () => expect((await shown(other))?.jobs).toHaveLength(1));
    expect((await shown(other))?.isPaused).toBe(true);
    expect([await isPausedIn(worker), await isPausedIn(other), await isPausedIn(notifications)]).toEqual([
      1, 1, 1,
    ]);
    await notifications.restart();
    await worker.restart();
    const again = await signUp(apps.api.api);
    await eventually(async () => expect((await shown())?.jobs).toHaveLength(2));
    expect(sink.mails).toEqual([]);
    const [job] = (await shown())?.jobs ?? [];
    expect((await ask('GET', `/send-mail/${job?.id}`)).body).toMatchObject({ status: 'paused' });
    expect((await ask('PUT', '/send-mail/resume', {}, other)).status).toBe(200);
    await eventually(() => {
      expect(sink.mailsTo(user.email)).toHaveLength(1);
      expect(sink.mailsTo(again.email)).toHaveLength(1);
    });
    expect(await isPausedIn(worker)).toBe(0);
    await eventually(() => expect(other.logs()).toContain('PUT /jobs/api/queues/send-mail/resume: 200'));
  });
});

describe('draining a queue', () => {
  it('pauses it, and responds when nothing runs any more', async () => {
    const drained = await ask('PUT', '/send-mail/drain');
    expect([drained.status, drained.body]).toEqual([
      200,
      { queue: 'send-mail', state: 'drained', active: 0, waiting: 0 },
    ]);
    expect((await shown())?.isPaused).toBe(true);
    expect((await ask('PUT', '/send-mail/resume')).status).toBe(200);
  });

  it('is as protected as all other changes', async () => {
    for (const change of ['pause', 'resume', 'drain']) {
      const path = `/send-mail/${change}`;
      expectProblem(await ask('PUT', path, { origin: 'http://evil.test' }), 403, 'cross-site-request');
      expectProblem(
        await ask('PUT', path, { authorization: 'Bearer wrong' }),
        401,
        'management-token-needed',
      );
    }
    expect(await isPausedIn(worker)).toBe(0);
  });

  it('needs a queue that exists', async () => {
    expectProblem(await ask('PUT', '/send-mails/drain'), 404, 'not-found');
    expect((await ask('PUT', '/send-mails/pause')).status).toBe(404);
  });
});
