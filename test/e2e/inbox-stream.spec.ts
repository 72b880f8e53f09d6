import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { idOf } from '../support/administration.js';
import type { ApiClient, ListBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { FollowedInbox } from '../support/followed-inbox.js';
import { useFixture } from '../support/fixture.js';
import { linesOf } from '../support/log-lines.js';
import { expectProblem } from '../support/problems.js';
import { connectRaw } from '../support/raw-http.js';
import { metricOf } from '../support/metrics.js';
import { eventually } from '../support/servers.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { publishTemplate } from '../support/templates.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useOwnRedis } from '../support/use-servers.js';

const STREAM = '/users/me/notifications/stream';
/** The time in which a replica notices what no one has told it of, and then some. */
const WITHIN_SECONDS = { timeoutMs: 4_000 };
const HINT = { title: '{{ text }}', body: 'x' };

const redis = useOwnRedis();
const apps = useApps(
  { first: 'api', second: 'api' },
  { PUBLIC_URL: 'https://accounts.acme.test', DRAIN_SECONDS: '2', ...WITH_ADMIN },
  { redis },
);
const admin = useFixture(async () => ({ api: (await signIn(apps.second.api, ADMIN)).api }));

beforeAll(async () => {
  const variables = { text: { type: 'string' } };
  await publishTemplate(admin.api, 'hint', { variables, contents: { en: { inbox: HINT } } });
});

const someone = (): Promise<SignedUp> => signUp(apps.first.api);

async function notify(user: SignedUp, text: string, as: ApiClient = admin.api): Promise<void> {
  const sent = await as.post('/notifications', { recipient: idOf(user), template: 'hint', data: { text } });
  expect(sent.status).toBe(202);
}

async function follow(api: ApiClient): Promise<FollowedInbox> {
  const inbox = await FollowedInbox.open(api);
  await eventually(() => expect(inbox.unread).not.toEqual([]));
  return inbox;
}

describe('the stream of an inbox', () => {
  it('begins with the unread count, and then has what arrives, sent through any replica', async () => {
    const user = await someone();
    await notify(user, 'before');
    const inbox = await follow(user.api);
    expect(inbox.unread).toEqual([1]);
    await notify(user, 'one');
    await notify(user, 'two', admin.api.at(apps.first.url));
    await eventually(() => expect(inbox.titles).toEqual(['one', 'two']));
    await eventually(() => expect(inbox.unread.at(-1)).toBe(3));
    const list = await user.api.get<ListBody<unknown>>('/users/me/notifications');
    expect(list.body.items.slice(0, 2)).toEqual(inbox.notifications.toReversed());
  });

  it('shows on all devices that notifications were read on one', async () => {
    const user = await someone();
    await notify(user, 'one');
    await notify(user, 'two');
    const inbox = await follow(user.api);
    const { body } = await user.api.get<ListBody<{ id: string }>>('/users/me/notifications');
    const id = body.items[0]?.id;
    await user.api.at(apps.second.url).patch(`/users/me/notifications/${id}`, { read: true });
    await eventually(() => expect(inbox.unread).toEqual([2, 1]));
    await user.api.at(apps.second.url).post('/users/me/notifications/read-all');
    await eventually(() => expect(inbox.unread).toEqual([2, 1, 0]));
  });

  it("doesn't show anyone else's notifications", async () => {
    const [user, other] = [await someone(), await someone()];
    const inbox = await follow(user.api);
    await notify(other, 'not yours');
    await notify(user, 'yours');
    await eventually(() => expect(inbox.titles).toEqual(['yours']));
  });

  it('is resumed after the last event: each notification arrives once, in order, however often it breaks', async () => {
    const user = await someone();
    const proxy = await TcpProxy.start(apps.first.url);
    const inbox = await follow(user.api.at(proxy.url.replace(/\/$/, '')));
    const expected: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      proxy.dropOpen();
      const texts = Array.from({ length: 60 }, (_, index) => `${round}/${index}`);
      await Promise.all(texts.map((text) => notify(user, text)));
      expected.push(...texts);
      await eventually(() => expect(inbox.titles).toHaveLength(expected.length));
    }
    expect(inbox.titles.toSorted()).toEqual(expected.toSorted());
    const list = await user.api.get<ListBody<{ id: string }>>('/users/me/notifications?limit=100');
    expect(
      inbox.notifications
        .slice(-100)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(list.body.items.map(({ id }) => id).toSorted());
    expect(inbox.statuses).toEqual([200, 200, 200, 200]);
  });

  it('ends with its session', async () => {
    const user = await someone();
    const inbox = await follow(user.api);
    await user.api.at(apps.second.url).post('/auth/logout');
    await eventually(() => expect(inbox.isOpen).toBe(false), WITHIN_SECONDS);
    await eventually(() => expect(inbox.statuses).toEqual([200, 401]));
  });

  it.each([
    ['of nothing of ours', 'v1.a.b'],
    ['of no event', '7'],
  ])('refuses the ID %s in Last-Event-ID', async (_, lastEventId) => {
    const user = await someone();
    expectProblem(await user.api.get(STREAM, { 'last-event-id': lastEventId }), 400, 'invalid-input');
  });

  it("refuses the ID of an event of someone else's stream", async () => {
    const [user, other] = [await someone(), await someone()];
    const inbox = await follow(user.api);
    const id = inbox.lastEventId;
    expect(id).toMatch(/^v1\./);
    expectProblem(await other.api.get(STREAM, { 'last-event-id': id }), 400, 'invalid-input');
  });

  it('is for signed-in users, and answers HEAD with its headers alone', async () => {
    expectProblem(await apps.first.api.get(STREAM), 401, 'unauthenticated');
    const user = await someone();
    const { status, headers } = await user.api.send('HEAD', STREAM);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/event-stream',
      'no-store',
    ]);
  });

  it('takes no slot of its user, and is open 20 times at most, and once more when one is closed', async () => {
    const user = await someone();
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const open = (signal: AbortSignal | null = null) =>
      fetch(`${user.api.url}/v2${STREAM}`, { headers: { ...user.api.headers }, signal });
    const opened = await Promise.all(controllers.map(({ signal }) => open(signal)));
    expect(opened.map(({ status }) => status)).toEqual(controllers.map(() => 200));
    const refused = await user.api.get(STREAM);
    expectProblem(refused, 429, 'too-many-requests');
    expect(refused.headers.get('retry-after')).toBe('30');
    controllers[0]?.abort();
    const again = new AbortController();
    await eventually(async () => expect((await open(again.signal)).status).toBe(200));
    [...controllers, again].forEach((controller) => controller.abort());
    await eventually(async () => {
      expect(await metricOf(apps.first, 'gatehouse_inbox_streams')).toBe(0);
    });
  });

  it('is over when its client leaves, however early, and that is logged like any other end', async () => {
    const user = await someone();
    const request = `GET /v2${STREAM} HTTP/1.1\r\nHost: a\r\nAuthorization: ${user.api.headers['authorization']}\r\n\r\n`;
    for (let delayMs = 0; delayMs < 15; delayMs += 1) {
      const clients = await Promise.all(Array.from({ length: 3 }, () => connectRaw(apps.first.url, request)));
      await delay(delayMs);
      clients.forEach(({ socket }, index) => (index === 0 ? socket.end() : socket.resetAndDestroy()));
    }
    await eventually(async () => {
      expect(await metricOf(apps.first, 'gatehouse_inbox_streams')).toBe(0);
    });
    const other = await someone();
    // Closes it once it has been answered.
    await other.api.get(STREAM);
    await eventually(() => {
      expect(linesOf(apps.first).filter(({ userId }) => userId === idOf(other))).toHaveLength(1);
    });
    expect(linesOf(apps.first).filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('goes on while Redis is down', async () => {
    const user = await someone();
    const inbox = await follow(user.api);
    process.kill(redis.pid, 'SIGSTOP');
    await notify(user, 'without Redis');
    await eventually(() => expect(inbox.titles).toEqual(['without Redis']), WITHIN_SECONDS);
    expect(inbox.statuses).toEqual([200]);
    process.kill(redis.pid, 'SIGCONT');
  });

  it('ends when its replica drains, and goes on at another', async () => {
    const user = await someone();
    const proxy = await TcpProxy.start(apps.first.url);
    const inbox = await follow(user.api.at(proxy.url.replace(/\/$/, '')));
    const exited = apps.first.stop();
    proxy.retarget(apps.second.url);
    await notify(user, 'meanwhile');
    await eventually(() => expect(inbox.titles).toEqual(['meanwhile']), { timeoutMs: 8_000 });
    expect(inbox.statuses).toEqual([200, 200]);
    expect(await exited).toEqual({ code: 0, signal: null });
  });
});
