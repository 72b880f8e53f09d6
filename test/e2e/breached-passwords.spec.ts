import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { useApp } from '../support/use-app.js';
import { aUser } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { expectProblem } from '../support/problems.js';

const BREACHED = 'otters of a known breach';
const ACCENTED = 'Pässwörter von gestern'.normalize('NFC');
const PADDING = 'otters that only pad';

/** A service in the form of Pwned Passwords, as the test wants it to be. */
const service = useFixture(async () => {
  const requests: IncomingMessage[] = [];
  const state = { respond: answerRange };
  const server = createServer((request, response) => {
    requests.push(request);
    state.respond(request, response);
  });
  await hold(
    Promise.resolve(server.listen(0, '127.0.0.1')),
    (listening) =>
      new Promise<void>((closed) => listening.closeAllConnections() ?? listening.close(() => closed())),
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { requests, state, url: `http://127.0.0.1:${port}/range` };
});

function answerRange({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const prefix = url.replace('/range/', '');
  const lines = [
    [BREACHED, 3],
    [ACCENTED, 1],
    [PADDING, 0],
  ].map(([password, count]) => `${sha1(String(password)).slice(5)}:${count}`);
  response.end([`${'0'.repeat(35)}:7`, ...(/^[0-9A-F]{5}$/.test(prefix) ? lines : [])].join('\r\n'));
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex').toUpperCase();
}

const { api } = useApp('api', () => ({ PASSWORD_BREACH_URL: service.url }));

describe('PASSWORD_BREACH_URL', () => {
  it('rejects a password from a breach, of which the service only learns five digits', async () => {
    const { detail } = expectProblem(
      await api.register({ ...aUser(), password: BREACHED }),
      422,
      'weak-password',
    );
    expect(detail).toMatch(/^This password has appeared in a data breach/);
    const { url, headers } = service.requests.at(-1) ?? {};
    expect(url).toBe(`/range/${sha1(BREACHED).slice(0, 5)}`);
    expect(headers?.['add-padding']).toBe('true');
  });

  it('rejects it in any Unicode form, since all are the same password', async () => {
    for (const password of [
      BREACHED.replace('otters', 'ｏｔｔｅｒｓ'),
      ACCENTED.normalize('NFD'),
      ACCENTED,
    ]) {
      expectProblem(await api.register({ ...aUser(), password }), 422, 'weak-password');
    }
    const short = 'áéíó'.normalize('NFD');
    expect(short).toHaveLength(8);
    expectProblem(await api.register({ ...aUser(), password: short }), 422, 'weak-password');
  });

  it('accepts any other, including those that only pad the response', async () => {
    for (const password of ['seven brave otters', PADDING]) {
      expect((await api.register({ ...aUser(), password })).status).toBe(201);
    }
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['is slow', () => undefined],
    ['fails', (_, response) => response.writeHead(500).end()],
    ['hangs up', ({ socket }) => socket.destroy()],
    ['answers nonsense', (_, response) => response.end('<html>\0')],
    ['stops halfway', (_, response) => response.writeHead(200, { 'content-length': '1000' }).write('00')],
  ])('refuses nobody when the service %s', async (_, respond) => {
    service.state.respond = respond;
    const startedAt = performance.now();
    expect((await api.register({ ...aUser(), password: BREACHED })).status).toBe(201);
    expect(performance.now() - startedAt).toBeLessThan(1500);
    service.state.respond = answerRange;
    expectProblem(await api.register({ ...aUser(), password: BREACHED }), 422, 'weak-password');
  });
});
