import { describe, expect, it } from '@jest/globals';
import { expectProblem, expectProblemDocument } from '../support/problems.js';
import { connectRaw, sendRaw } from '../support/raw-http.js';
import { eventually } from '../support/servers.js';
import { useApp } from '../support/use-app.js';

const ORIGIN = 'https://app.acme.test';
const HOST = 'Host: localhost\r\n';
const LIVE = 'GET /health/live HTTP/1.1\r\n';
const LOGIN = 'POST /v2/auth/login HTTP/1.1\r\n';

const app = useApp('api', { CORS_ORIGINS: ORIGIN, PUBLIC_URL: 'https://accounts.acme.test' });

describe.each([
  ['public', () => app.url],
  ['management', () => app.managementUrl],
])('on the %s port, a request', (_, url) => {
  it.each([
    ['without a Host', `${LIVE}\r\n`],
    ['with two', `${LIVE}Host: localhost\r\nHost: localhost\r\n\r\n`],
    ['with two different ones', `${LIVE}Host: localhost\r\nhost: evil.test\r\n\r\n`],
    ['with an empty one', `${LIVE}Host:\r\n\r\n`],
    ['with a space in it', `${LIVE}Host: a b\r\n\r\n`],
    ['with a user in it', `${LIVE}Host: user@localhost\r\n\r\n`],
    ['with a path in it', `${LIVE}Host: localhost/admin\r\n\r\n`],
    ['with a wrong port', `${LIVE}Host: localhost:http\r\n\r\n`],
    ['with a wrong IPv6 address', `${LIVE}Host: [::1\r\n\r\n`],
    ['of HTTP/1.0 with a wrong one', 'GET /health/live HTTP/1.0\r\nHost: a b\r\n\r\n'],
    ['for a preflight without one', 'OPTIONS /v2/users/me HTTP/1.1\r\nOrigin: https://app.acme.test\r\n\r\n'],
  ])('%s is refused with 400', async (__, bytes) => {
    const answer = await sendRaw(url(), bytes);
    expectProblem(answer, 400, 'malformed-request');
    expect(answer.headers.get('connection')).toBe('close');
  });

  it.each(['localhost', 'localhost:8080', 'accounts.acme.test', '127.0.0.1', '[::1]:80', '%C3%BC.test'])(
    'with the Host %s is served',
    async (host) => {
      const answer = await sendRaw(url(), `${LIVE}Host: ${host}\r\nConnection: close\r\n\r\n`);
      expect(answer.status).toBe(200);
    },
  );

  it('of HTTP/1.0 without a Host is served, as some load balancers send their probes', async () => {
    expect((await sendRaw(url(), 'GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it.each(['HTTP/2.0', 'HTTP/0.9'])('of %s is refused with 505', async (version) => {
    const answer = await sendRaw(url(), `GET /health/live ${version}\r\n${HOST}\r\n`);
    expectProblem(answer, 505, 'http-version-not-supported');
  });

  it.each([
    ['two equal lengths', `${LOGIN}${HOST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ['a list of lengths', `${LOGIN}${HOST}Content-Length: 2, 2\r\n\r\n{}`],
    ['a signed length', `${LOGIN}${HOST}Content-Length: +2\r\n\r\n{}`],
    [
      'chunks and a length',
      `${LOGIN}${HOST}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n`,
    ],
    ['chunks that are not last', `${LOGIN}${HOST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
    ['a bare CR', `${LIVE}${HOST}X-A: a\rX-B: b\r\n\r\n`],
    ['a bare LF in a header', `${LIVE}${HOST}X-A: a\nX-B: b\r\n\r\n`],
    ['bare LFs around a chunk', `${LOGIN}${HOST}Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n`],
    ['a space before a colon', `${LIVE}${HOST}X-A : a\r\n\r\n`],
    ['a folded header', `${LIVE}${HOST}X-A: a\r\n b\r\n\r\n`],
  ])('with %s (request smuggling) is refused', async (__, bytes) => {
    expectProblem(await sendRaw(url(), bytes), 400, 'malformed-request');
  });

  it('with an unknown expectation is refused with 417', async () => {
    expectProblem(await sendRaw(url(), `${LIVE}${HOST}Expect: miracles\r\n\r\n`), 417, 'expectation-failed');
  });
});

describe("an error that Fastify's hooks do not see", () => {
  const origin = `Origin: ${ORIGIN}\r\n`;
  const errors = [
    ['a path that is too long', 414, `GET /v2/users/${'x'.repeat(300)} HTTP/1.1\r\n${HOST}`],
    ['a broken escape', 400, `GET /v2/%zz HTTP/1.1\r\n${HOST}`],
    ['a malformed Host', 400, `${LIVE}Host: a b\r\n`],
    ['an unsupported version', 505, `GET / HTTP/2.0\r\n${HOST}`],
    ['an unknown expectation', 417, `${LIVE}${HOST}Expect: miracles\r\n`],
    ['a broken body', 400, `${LOGIN}${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n`],
  ] as const;

  it.each(errors)('can be read by scripts of an allowed origin: %s', async (_, status, head) => {
    const answer = await sendRaw(
      app.url,
      `${head}${origin}X-Request-Id: trace-7\r\nConnection: close\r\n\r\nzz`,
    );
    const problem = expectProblemDocument(answer);
    expect([answer.status, problem.requestId]).toEqual([status, 'trace-7']);
    expect(answer.headers.get('x-request-id')).toBe('trace-7');
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
    expect(answer.headers.get('vary')).toBe('Origin');
  });

  it.each([
    ...errors,
    ['noise', 400, 'GARBAGE\r\n'] as const,
    ['headers that are too large', 431, `${LIVE}${HOST}X-A: ${'x'.repeat(20_000)}\r\n`] as const,
  ])('cannot be read by others, and has security headers: %s', async (_, status, head) => {
    const answer = await sendRaw(app.url, `${head}Origin: https://evil.test\r\nConnection: close\r\n\r\nzz`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('vary')).toBe('Origin');
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=\d+/);
  });

  it('never takes the place of the response to an earlier request', async () => {
    const { responses, socket } = await connectRaw(
      app.url,
      `${LIVE}${HOST}\r\n${LIVE}${HOST}\r\nGARBAGE\r\n\r\n`,
    );
    await eventually(() => expect(responses().map(({ status }) => status)).toEqual([200, 200, 400]));
    socket.destroy();
  });

  it('in the body of a request that waits for its turn is the response to that request', async () => {
    const broken = `${LOGIN}${HOST}X-Request-Id: broken\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`;
    const { responses, socket } = await connectRaw(app.url, `${LIVE}${HOST}\r\n${broken}`);
    await eventually(() => expect(responses().map(({ status }) => status)).toEqual([200, 400]));
    expect(responses()[1]?.headers.get('x-request-id')).toBe('broken');
    socket.destroy();
  });
});
