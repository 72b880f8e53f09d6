import { describe, expect, it } from '@jest/globals';
import { connectRaw } from '../support/raw-http.js';
import { eventually } from '../support/servers.js';
import { useApp, useUser } from '../support/use-app.js';

const HOST = 'Host: localhost\r\n';

const app = useApp('api');
const user = useUser(app.api);

/** Requests that are told apart by their IDs. */
function numbered(count: number, path: string, headers = ''): string {
  return Array.from(
    { length: count },
    (_, n) => `GET ${path} HTTP/1.1\r\n${HOST}X-Request-Id: request-${n}\r\n${headers}\r\n`,
  ).join('');
}

describe('requests that are sent without waiting for responses', () => {
  it.each(['/openapi/v2.json', '/v2/users/me', '/health/live', '/nowhere'])(
    'are answered in order: 32 × GET %s',
    async (path) => {
      const bearer = `Authorization: Bearer ${user.session.accessToken}\r\n`;
      const { responses, socket } = await connectRaw(app.url, numbered(32, path, bearer));
      await eventually(() => expect(responses()).toHaveLength(32));
      expect(responses().map(({ headers }) => headers.get('x-request-id'))).toEqual(
        Array.from({ length: 32 }, (_, n) => `request-${n}`),
      );
      expect(new Set(responses().map(({ status }) => status)).size).toBe(1);
      socket.destroy();
    },
  );

  it('are answered in order when they have bodies and arrive in pieces', async () => {
    const body = JSON.stringify({ displayName: 'x' });
    const patch = (id: string, half: boolean) =>
      `PATCH /v2/users/me HTTP/1.1\r\n${HOST}X-Request-Id: ${id}\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${user.session.accessToken}\r\nContent-Length: ${body.length}\r\n\r\n` +
      (half ? body.slice(0, 5) : body);
    const { responses, socket } = await connectRaw(app.url, patch('one', false) + patch('two', true));
    await eventually(() => expect(responses()).toHaveLength(1));
    socket.write(body.slice(5) + numbered(1, '/v2/users/me'));
    await eventually(() => expect(responses().map(({ status }) => status)).toEqual([200, 200, 401]));
    expect(responses().map(({ headers }) => headers.get('x-request-id'))).toEqual([
      'one',
      'two',
      'request-0',
    ]);
    socket.destroy();
  });

  it('are answered before a CONNECT, which is refused', async () => {
    for (const url of [app.url, app.managementUrl]) {
      const connect = `CONNECT acme.com:443 HTTP/1.1\r\nHost: acme.com:443\r\n\r\n`;
      const { responses, closedAfterMs } = await connectRaw(url, numbered(2, '/health/live') + connect);
      expect(await closedAfterMs).toBeLessThan(5_000);
      expect(responses().map(({ status }) => status)).toEqual([200, 200, 405]);
      expect(responses()[2]?.headers.get('allow')).toContain('GET');
    }
  });

  it('end the connection after an Upgrade, because Node drops those that follow it at once', async () => {
    const upgrade = `GET /health/live HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;
    for (const url of [app.url, app.managementUrl]) {
      const { responses, closedAfterMs } = await connectRaw(url, upgrade + numbered(1, '/health/live'));
      expect(await closedAfterMs).toBeLessThan(5_000);
      const [first] = responses();
      expect([first?.status, first?.headers.get('connection')]).toEqual([200, 'close']);
    }
  });

  it('end the connection when there are too many of them', async () => {
    for (const url of [app.url, app.managementUrl]) {
      const { responses, closedAfterMs, socket } = await connectRaw(url, numbered(1_000, '/health/live'));
      expect(await closedAfterMs).toBeLessThan(5_000);
      expect(responses().length).toBeLessThan(100);
      socket.destroy();
    }
  });
});
