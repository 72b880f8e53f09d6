import { describe, expect, it } from '@jest/globals';
import { expectProblem, expectProblemDocument } from '../support/problems.js';
import { sendRaw } from '../support/raw-http.js';
import { eventually } from '../support/servers.js';
import { useApp, useUser } from '../support/use-app.js';

const HOST = 'Host: localhost\r\n';

const app = useApp('api');
const user = useUser(app.api);

describe('malformed HTTP', () => {
  it.each([
    ['noise', 'GARBAGE\r\n\r\n'],
    ['bytes of TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['an unknown version', `GET / HTTP/9.9\r\n${HOST}\r\n`],
    ['an unknown method', `FETCH / HTTP/1.1\r\n${HOST}\r\n`],
    ['no host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a NUL in a header', `GET /health/live HTTP/1.1\r\n${HOST}X-A: a\0b\r\n\r\n`],
    ['a NUL in the path', `GET /health/\0live HTTP/1.1\r\n${HOST}\r\n`],
    ['a space in a header name', `GET /health/live HTTP/1.1\r\n${HOST}X A: b\r\n\r\n`],
    ['an invalid length', `POST /v2/auth/login HTTP/1.1\r\n${HOST}Content-Length: ten\r\n\r\n`],
    ['a negative length', `POST /v2/auth/login HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`],
    ['two lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    [
      'a length and chunks (request smuggling)',
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'an unknown transfer coding',
      `POST /v2/auth/login HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: rot13\r\n\r\n{}`,
    ],
    [
      'a broken chunk',
      `POST /v2/auth/login HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
    ['a bare line feed', `GET /health/live HTTP/1.1\n${HOST}\n\r\n`],
  ])('returns a problem for %s', async (_, bytes) => {
    const answer = await sendRaw(app.url, bytes);
    expect(expectProblemDocument(answer)).toMatchObject({ status: 400, code: 'malformed-request' });
    expect(answer.headers.get('content-length')).not.toBeNull();
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  it.each(['QUERY', 'PROPFIND', 'TRACE'])('returns 405 for %s', async (method) => {
    const answer = await sendRaw(
      app.url,
      `${method} /v2/users/me HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    );
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
  });

  it('returns 431 for headers larger than 16 KiB', async () => {
    for (const headers of [`X-A: ${'x'.repeat(20_000)}\r\n`, 'X-A: x\r\n'.repeat(3_000)]) {
      const answer = await sendRaw(app.url, `GET /health/live HTTP/1.1\r\n${HOST}${headers}\r\n`);
      expectProblem(answer, 431, 'headers-too-large');
    }
    const path = `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`;
    expect(expectProblemDocument(await sendRaw(app.url, path)).status).toBeGreaterThanOrEqual(414);
  });

  it('returns 417 for an unknown expectation', async () => {
    const answer = await sendRaw(
      app.url,
      `GET /health/live HTTP/1.1\r\n${HOST}Expect: miracles\r\nConnection: close\r\n\r\n`,
    );
    expect(expectProblemDocument(answer).status).toBe(417);
  });

  it('does not log an error when a client disconnects in the middle of a body', async () => {
    const half = `POST /v2/auth/login HTTP/1.1\r\n${HOST}X-Request-Id: half-a-body\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"email`;
    await sendRaw(app.url, half).catch((error: unknown) => error);
    await user.api.with({ 'x-request-id': 'the-one-after' }).me();
    await eventually(() => expect(app.logs()).toContain('the-one-after'));
    const lines = app
      .logs()
      .split('\n')
      .filter((line) => line.includes('half-a-body'));
    expect(lines.filter((line) => /"level":"error"|"status":5\d\d/.test(line))).toEqual([]);
    expect((await user.api.me()).status).toBe(200);
  });
});

describe('request and response headers', () => {
  it.each(['trace-7', 'a.b:c=d+e/f_g', '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10'])(
    'returns a valid X-Request-Id: %s',
    async (id) => {
      const answer = await user.api.with({ 'x-request-id': id }).get('/nowhere');
      expect(answer.headers.get('x-request-id')).toBe(id);
      expect(expectProblem(answer, 404, 'not-found').requestId).toBe(id);
    },
  );

  it.each(['', 'two words', 'x'.repeat(129), '"quoted"', 'é', '{"a":1}', '\t'])(
    'replaces an invalid X-Request-Id: %p',
    async (id) => {
      const answer = await user.api.with({ 'x-request-id': id }).me();
      expect(answer.headers.get('x-request-id')).toMatch(/^[\w.:=+/@-]{8,}$/);
      expect(answer.headers.get('x-request-id')).not.toBe(id);
    },
  );

  it("continues the caller's trace in the log", async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await user.api.with({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` }).me();
    await eventually(() => expect(app.logs()).toContain(traceId));
  });

  it('logs the code of a problem with the request', async () => {
    await user.api.get('/nowhere');
    await eventually(() => expect(app.logs()).toContain('"status":404,"code":"not-found"'));
  });

  it('sends the same browser security headers with errors as with successes', async () => {
    for (const answer of [await user.api.me(), await user.api.get('/nowhere')]) {
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe(
        answer.status === 200 ? 'private, no-cache' : 'no-store',
      );
      expect(answer.headers.get('x-powered-by')).toBeNull();
    }
  });

  it.each(['*', 'garbage', '"a', '', '"1", "2"', 'W/"x"'])('never fails on If-Match: %s', async (tag) => {
    const { status } = await user.api.patch('/users/me', {}, { 'if-match': tag });
    expect([200, 400, 412]).toContain(status);
  });

  it('explains every problem on its own page', async () => {
    const answers = [
      await user.api.get('/nowhere'),
      await user.api.delete('/users'),
      await user.api.get('/users'),
    ];
    for (const { type } of answers.map(expectProblemDocument)) {
      const page = await user.api.under('').get<string>(new URL(type).pathname);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    }
    const codes = (await user.api.under('').get<string>('/problems')).body.matchAll(
      /href="(\/problems\/[^"]+)"/g,
    );
    for (const [, path = ''] of codes) {
      expect([path, (await user.api.under('').get(path)).status]).toEqual([path, 200]);
    }
  });
});
