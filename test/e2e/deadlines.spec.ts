import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { expectProblem } from '../support/problems.js';
import { connectRaw, type RawConnection } from '../support/raw-http.js';
import { eventually } from '../support/servers.js';
import { useApp } from '../support/use-app.js';

const HOST = 'Host: localhost\r\n';
/** As documented, in milliseconds. */
const DEADLINE = 30_000;
/** For the check once a second, and a busy machine. */
const SLACK = 6_000;
/** Longer than the deadline, as Node's own timeouts would be. */
const TEST_TIMEOUT = 60_000;

/** How many connections don't read. */
const UNREAD = 20;
/** A state in `/proc/net/tcp`. */
const LISTENING = '0A';

const app = useApp('api');

const INCOMPLETE = {
  'headers that never end': `GET /health/live HTTP/1.1\r\n${HOST}X-A: a`,
  'headers after another request': `GET /health/live HTTP/1.1\r\n${HOST}\r\nGET /health/live HTTP/1.1\r\n${HOST}`,
  'a body that never ends': `POST /v2/auth/login HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"a`,
  'chunks that never end': `POST /v2/auth/login HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a`,
};
/** The management port has no route that reads a body. It answers at once and then waits for the rest. */
const ON_MANAGEMENT = ['headers that never end', 'headers after another request', 'a body that never ends'];

describe("a client that doesn't finish", () => {
  it(
    'sending a request, or reading responses, is cut off after 30 seconds on either port',
    async () => {
      const trickling = await connectRaw(app.url, `GET /health/live HTTP/1.1\r\n${HOST}X-A: `);
      const trickle = setInterval(() => trickling.socket.write('a'), 1_000);
      const requests = Object.entries(INCOMPLETE).flatMap(([what, bytes]) => [
        { what: `${what}, on the public port`, url: app.url, bytes },
        ...(ON_MANAGEMENT.includes(what)
          ? [{ what: `${what}, on the management port`, url: app.managementUrl, bytes }]
          : []),
      ]);
      const unread = `GET /docs/v2 HTTP/1.1\r\n${HOST}\r\n`.repeat(60);
      const [cutOff] = await Promise.all([
        Promise.all(
          requests.map(async ({ what, url, bytes }) => observe(what, await connectRaw(url, bytes))),
        ),
        observe('headers that trickle', trickling),
        holdUnread(unread),
      ]).finally(() => clearInterval(trickle));
      for (const { responses } of cutOff) {
        const last = responses.at(-1);
        expect(last).toBeDefined();
        if (last && last.status !== 404) {
          expectProblem(last, 408, 'request-timeout');
          expect(last.headers.get('x-content-type-options')).toBe('nosniff');
        }
      }
      // A client that doesn't read doesn't notice that it has been cut off, either.
      expect(heldConnections()).toBe(0);
    },
    TEST_TIMEOUT,
  );
});

async function observe(what: string, { closedAfterMs, responses, socket }: RawConnection) {
  const ms = await closedAfterMs;
  socket.destroy();
  expect([what, ms > DEADLINE - 2_000 && ms < DEADLINE + SLACK, ms]).toEqual([what, true, ms]);
  return { what, responses: responses() };
}

/** Until the process has closed the connections. */
async function holdUnread(requests: string): Promise<void> {
  const startedAt = performance.now();
  const connections = await Promise.all(
    Array.from({ length: UNREAD }, () => connectRaw(app.url, requests, { reads: false })),
  );
  await eventually(() => expect(heldConnections()).toBeGreaterThanOrEqual(UNREAD));
  await eventually(() => expect(heldConnections()).toBe(0), { timeoutMs: DEADLINE + SLACK });
  expect(performance.now() - startedAt).toBeGreaterThan(DEADLINE - 2_000);
  connections.forEach(({ socket }) => socket.destroy());
}

/**
 * Counts the connections that the process holds on its own ports. Those to PostgreSQL and Redis don't count: they come
 * and go. In `/proc/net/tcp`, a connection that its process has closed has the inode 0.
 */
function heldConnections(): number {
  const ports = [app.url, app.managementUrl].map((url) => Number(new URL(url).port));
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${app.pid}/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state, , , , , , inode]) => {
      const port = Number.parseInt(local.slice(local.indexOf(':') + 1), 16);
      return ports.includes(port) && state !== LISTENING && inode !== '0';
    }).length;
}
