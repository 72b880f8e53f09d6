import { beforeAll, describe, expect, it } from '@jest/globals';
import { followInbox, type InboxEvent } from '../../sdk/typescript/src/index.js';
import { eventually } from '../support/servers.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { ORDER_DATA, publishTemplate } from '../support/templates.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';
import { aDevice, type Device, signedUp } from './devices.js';

const STREAM = '/v2/users/me/notifications/stream';
const TITLE = `Order ${ORDER_DATA.orderId} is on its way`;

const app = useApp('api', WITH_ADMIN);
const withShortTokens = useApp('api', { ACCESS_TOKEN_SECONDS: '3' }, app);
beforeAll(() => publishTemplate(app.admin, 'order-shipped'));

/** What the device has been told, and the error with which it stops, if any. */
function follow(
  { gatehouse }: Device,
  signal?: AbortSignal,
): { events: InboxEvent[]; end: Promise<unknown> } {
  const events: InboxEvent[] = [];
  const following = async (): Promise<void> => {
    for await (const event of followInbox(gatehouse, { signal })) {
      events.push(event);
    }
  };
  const end = following().catch((error: unknown) => error);
  return { events, end };
}

const titlesOf = (events: readonly InboxEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'notification' ? [event.notification.title] : []));

async function notify({ gatehouse: { user } }: Device): Promise<void> {
  const notification = {
    recipient: user?.id,
    template: 'order-shipped',
    data: ORDER_DATA,
    channels: ['inbox'],
  };
  expect((await app.admin.post('/notifications', notification)).status).toBe(202);
}

describe('followInbox of the TypeScript SDK', () => {
  it('returns what happens, until it is aborted', async () => {
    const device = await signedUp(app.url);
    const abort = new AbortController();
    const { events, end } = follow(device, abort.signal);
    await eventually(() => expect(events).toEqual([{ type: 'unread-count', unread: 0 }]));
    await notify(device);
    await eventually(() => expect(events.at(-1)).toEqual({ type: 'unread-count', unread: 1 }));
    expect(titlesOf(events)).toEqual([TITLE]);
    abort.abort(new Error('enough'));
    expect(await end).toMatchObject({ message: 'enough' });
  });

  it('connects again after the last event when the connection breaks, and waits while there is none', async () => {
    const proxy = await TcpProxy.start(app.url);
    const device = await signedUp(proxy.url.replace(/\/$/, ''));
    const { events } = follow(device);
    await eventually(() => expect(events).toHaveLength(1));
    await notify(device);
    await eventually(() => expect(titlesOf(events)).toEqual([TITLE]));
    device.intercept(() => {
      throw new TypeError('no network');
    });
    proxy.dropOpen();
    await notify(device);
    device.intercept(undefined);
    await eventually(() => expect(titlesOf(events)).toEqual([TITLE, TITLE]));
    expect(device.to(STREAM).at(-1)?.headers.get('last-event-id')).toMatch(/^v1\./);
  });

  it('goes on with a new token when the old one expires', async () => {
    const device = await signedUp(withShortTokens.url);
    const { events } = follow(device);
    await eventually(() => expect(device.to(STREAM)).toHaveLength(2));
    const [first, second] = device.to(STREAM).map(({ headers }) => headers.get('authorization'));
    expect(second).not.toBe(first);
    await notify(device);
    await eventually(() => expect(titlesOf(events)).toEqual([TITLE]));
  });

  it.each([
    ['the user signs out', ({ gatehouse }: Device) => gatehouse.signOut()],
    [
      'the session is ended on another device',
      ({ gatehouse: { session } }: Device) =>
        app.api.as({ accessToken: session?.accessToken ?? '' }).post('/auth/logout'),
    ],
  ])('ends when %s', async (_, endSession) => {
    const device = await signedUp(app.url);
    const { events, end } = follow(device);
    await eventually(() => expect(events).toHaveLength(1));
    await endSession(device);
    expect(await end).toBeUndefined();
  });

  it('fails if nobody is signed in', async () => {
    expect(await follow(aDevice(app.url)).end).toMatchObject({ code: 'unauthenticated' });
  });
});
