import { describe, expect, it } from '@jest/globals';
import { freePort } from '#tools/embedded';
import { eventually } from '../../../test/support/eventually.js';
import {
  holdReceiverAndClient,
  holdOutboundClient,
  postTo,
  resolverOf,
} from '../../../test/support/outbound-client.js';

const never = new AbortController().signal;
const DURATION = { durationMs: expect.any(Number) };

describe('A receiver', () => {
  it('that never answers is given up after the deadline', async () => {
    const { client, receiver } = await holdReceiverAndClient(() => undefined, { deadlineMs: 100 });
    expect(await postTo(client, receiver)).toEqual({ kind: 'unreachable', reason: 'timed out', ...DURATION });
  });

  it('whose name is never resolved is given up after the deadline', async () => {
    const client = await holdOutboundClient({ deadlineMs: 100, resolver: () => undefined });
    const answer = await client.post({ url: 'https://slow.example/', headers: {}, body: '' }, never);
    expect(answer).toEqual({ kind: 'unreachable', reason: 'timed out', ...DURATION });
  });

  it('that drips its headers is given up after the deadline', async () => {
    const { client, receiver } = await holdReceiverAndClient(
      ({ socket }) => {
        const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 10);
        socket.once('close', () => clearInterval(timer)).on('error', () => undefined);
      },
      { deadlineMs: 200 },
    );
    expect(await postTo(client, receiver)).toEqual({ kind: 'unreachable', reason: 'timed out', ...DURATION });
  });

  it.each([100, 60_000])(
    'that drips its body forever has answered, but loses its connection: deadline %d ms',
    async (deadlineMs) => {
      let closed = false;
      const { client, receiver } = await holdReceiverAndClient(
        ({ socket }, response) => {
          const timer = setInterval(() => response.write('x'), 10);
          socket.once('close', () => {
            clearInterval(timer);
            closed = true;
          });
          response.writeHead(202).write('x');
        },
        { deadlineMs },
      );
      expect(await postTo(client, receiver)).toMatchObject({ kind: 'answered', status: 202 });
      await eventually(() => expect(closed).toBe(true));
    },
  );

  it('that sends a body without end has answered, but loses its connection', async () => {
    let sent = 0;
    let closed = false;
    const { client, receiver } = await holdReceiverAndClient(({ socket }, response) => {
      socket.once('close', () => (closed = true));
      const pump = (): void => {
        while (!closed && response.write('x'.repeat(16_384))) {
          sent += 16_384;
        }
      };
      response.on('drain', pump);
      pump();
    });
    expect(await postTo(client, receiver)).toMatchObject({ kind: 'answered', status: 200 });
    await eventually(() => expect(closed).toBe(true));
    // Some megabytes are in the buffers of both sockets.
    expect(sent).toBeLessThan(20_000_000);
  });

  it.each([
    [
      'huge headers',
      `HTTP/1.1 200 OK\r\nX-Huge: ${'x'.repeat(20_000)}\r\n\r\n`,
      'the headers of the answer are too large',
    ],
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'the answer is not valid HTTP'],
    ['nothing', '', 'connection closed'],
    ['half an answer', 'HTTP/1.1 200 OK\r\nX-Half: ', 'connection closed'],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'connection closed',
    ],
  ])('that sends %s is unreachable', async (_, text, reason) => {
    const { client, receiver } = await holdReceiverAndClient(({ socket }) => socket.end(text));
    expect(await postTo(client, receiver)).toEqual({ kind: 'unreachable', reason, ...DURATION });
  });

  it('that does not listen refuses the connection, and the reason says no more than that', async () => {
    const resolver = resolverOf({ 'one.example': ['127.0.0.1'], 'two.example': ['127.0.0.1', '127.0.0.2'] });
    const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'], resolver });
    const port = await freePort();
    for (const host of ['127.0.0.1', 'one.example', 'two.example']) {
      const url = `http://${host}:${port}/`;
      expect(await client.post({ url, headers: {}, body: '' }, never)).toEqual({
        kind: 'unreachable',
        reason: 'connection refused',
        ...DURATION,
      });
    }
  });

  it.each([
    ['ENOTFOUND', 'name not found'],
    ['EAI_AGAIN', 'name could not be looked up'],
    ['EAI_FAIL', 'connection failed: EAI_FAIL'],
    ['https://secret.internal', 'connection failed: unknown error'],
  ])('whose name has no address has a reason without it: %s', async (code, reason) => {
    const client = await holdOutboundClient({
      resolver: (name, _, done) => done(Object.assign(new Error(`${code} ${name}`), { code }), []),
    });
    const answer = await client.post({ url: 'https://secret.internal/', headers: {}, body: '' }, never);
    expect(answer).toEqual({ kind: 'unreachable', reason, ...DURATION });
  });
});
