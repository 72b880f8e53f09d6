import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { holdReceiver } from '../../../test/support/receiver.js';
import {
  holdReceiverAndClient,
  holdOutboundClient,
  NOW,
  postTo,
  resolverOf,
} from '../../../test/support/outbound-client.js';

const never = new AbortController().signal;
const DURATION = { durationMs: expect.any(Number) };

describe('A request', () => {
  it('is posted with its headers and its body as they are', async () => {
    const received: unknown[] = [];
    const { client, receiver } = await holdReceiverAndClient((request, response) => {
      const { method, url, headers } = request;
      void request
        .setEncoding('utf8')
        .toArray()
        .then((parts) => {
          received.push({ method, url, headers, body: parts.join('') });
          response.writeHead(204).end();
        });
    });
    const url = `http://127.0.0.1:${receiver.port}/hooks/a%20b?tenant=1&x=%C3%A9`;
    const headers = { 'content-type': 'application/json', 'webhook-id': '0199', host: 'evil.example' };
    expect(await client.post({ url, headers, body: '{"name":"Åsa"}' }, never)).toEqual({
      kind: 'answered',
      status: 204,
      retryAfterSeconds: null,
      ...DURATION,
    });
    expect(received).toEqual([
      {
        method: 'POST',
        url: '/hooks/a%20b?tenant=1&x=%C3%A9',
        headers: {
          'content-type': 'application/json',
          'content-length': '15',
          'webhook-id': '0199',
          host: `127.0.0.1:${receiver.port}`,
          connection: 'keep-alive',
        },
        body: '{"name":"Åsa"}',
      },
    ]);
  });

  it.each([200, 301, 302, 400, 404, 410, 429, 500, 503])('has the answer %d', async (status) => {
    const { client, receiver } = await holdReceiverAndClient((_, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('body'),
    );
    expect(await postTo(client, receiver)).toMatchObject({ kind: 'answered', status });
    expect(receiver.connections).toHaveLength(1);
  });

  it.each([
    ['120', 120],
    ['0', 0],
    [new Date(NOW.getTime() + 90_000).toUTCString(), 90],
    [new Date(NOW.getTime() - 90_000).toUTCString(), 0],
    ['Sun, 99 Nov 2026 09:30:00 GMT', null],
    ['2026-11-22T09:31:00Z', null],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['9'.repeat(400), null],
    ['', null],
  ])('has the Retry-After "%s" in seconds', async (header, seconds) => {
    const { client, receiver } = await holdReceiverAndClient((_, response) =>
      response.writeHead(503, { 'retry-after': header }).end(),
    );
    expect(await postTo(client, receiver)).toMatchObject({ status: 503, retryAfterSeconds: seconds });
  });

  it('tries the next address if nothing listens on the first', async () => {
    const receiver = await holdReceiver((_, response) => response.end(), { host: '127.0.0.1' });
    const resolver = resolverOf({ 'two.example': ['127.0.0.3', '::1', '127.0.0.1'] });
    const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8', '::1/128'], resolver });
    const url = `http://two.example:${receiver.port}/`;
    expect(await client.post({ url, headers: {}, body: '' }, never)).toMatchObject({ status: 200 });
  });
});

describe('A connection', () => {
  it('is used again, also for a name and after an error', async () => {
    let status = 500;
    const { client, receiver } = await holdReceiverAndClient(
      (_, response) => response.writeHead((status += 1)).end('x'.repeat(60_000)),
      { resolver: resolverOf({ 'a.example': ['127.0.0.1'] }) },
    );
    const url = `http://a.example:${receiver.port}/`;
    for (const expected of [501, 502, 503]) {
      expect(await client.post({ url, headers: {}, body: '{}' }, never)).toMatchObject({ status: expected });
    }
    expect(receiver.connections).toHaveLength(1);
  });

  it('is replaced if the receiver resets it as soon as it is used again', async () => {
    const used = new WeakSet();
    const { client, receiver } = await holdReceiverAndClient(({ socket }, response) => {
      if (used.has(socket)) {
        socket.resetAndDestroy();
      } else {
        used.add(socket);
        response.end();
      }
    });
    await postTo(client, receiver);
    expect(await postTo(client, receiver)).toMatchObject({ kind: 'answered', status: 200 });
    expect(receiver.connections).toHaveLength(2);
  });

  it('is one of at most 64 to a receiver, so that none of the calls at a time has to wait', async () => {
    let waiting = 0;
    const { client, receiver } = await holdReceiverAndClient(() => (waiting += 1));
    const abort = new AbortController();
    const answers = Array.from({ length: 66 }, () => postTo(client, receiver, abort.signal));
    await eventually(() => expect(waiting).toBe(64));
    expect(await receiver.countOthers()).toBe(64);
    abort.abort();
    // Also the two that had no connection yet.
    expect(await Promise.all(answers)).toEqual(
      Array.from({ length: 66 }, () => ({ kind: 'unreachable', reason: 'aborted', ...DURATION })),
    );
  });

  it('is destroyed when the client is closed', async () => {
    let closed = 0;
    const { client, receiver } = await holdReceiverAndClient((request, response) => {
      request.socket.once('close', () => (closed += 1));
      response.end();
    });
    await postTo(client, receiver);
    client.close();
    await eventually(() => expect(closed).toBe(1));
  });
});

describe('A call', () => {
  it('is not made if its signal has aborted before', async () => {
    const { client, receiver } = await holdReceiverAndClient((_, response) => response.end());
    expect(await postTo(client, receiver, AbortSignal.abort())).toMatchObject({ reason: 'aborted' });
    expect(await receiver.countOthers()).toBe(0);
  });

  it('ends when its signal aborts, and so does its connection', async () => {
    const abort = new AbortController();
    let closed = false;
    const { client, receiver } = await holdReceiverAndClient(({ socket }) => {
      socket.once('close', () => (closed = true));
      abort.abort(new Error('shutting down'));
    });
    const answer = await postTo(client, receiver, abort.signal);
    expect(answer).toEqual({ kind: 'unreachable', reason: 'aborted', ...DURATION });
    await eventually(() => expect(closed).toBe(true));
  });

  it('does not throw if a header is invalid', async () => {
    const client = await holdOutboundClient();
    const headers = { 'x-evil': 'a\r\nb: c' };
    const answer = await client.post({ url: 'https://8.8.8.8/', headers, body: '' }, never);
    expect(answer).toMatchObject({ reason: 'connection failed: ERR_INVALID_CHAR' });
  });
});
