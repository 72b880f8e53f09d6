import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { RequestOptions } from '../support/client.js';
import { expectProblem, expectProblemDocument } from '../support/problems.js';
import { sendRaw } from '../support/raw-http.js';
import { fingerprintOf } from '../support/stored.js';
import { useApp, useUser } from '../support/use-app.js';

const JSON_TYPE = { 'content-type': 'application/json' };

/** Every operation with a body, and a body that it accepts. */
const OPERATIONS = [
  ['POST', '/auth/register', { email: 'bad@acme.test', password: 'a rather good one', displayName: 'x' }],
  ['POST', '/auth/login', { email: 'bad@acme.test', password: 'a rather good one' }],
  ['POST', '/auth/refresh', { refreshToken: 'x'.repeat(70) }],
  ['POST', '/auth/email/verify', { token: 'x'.repeat(43) }],
  ['POST', '/auth/email/resend', { email: 'bad@acme.test' }],
  ['PATCH', '/users/me', { displayName: 'x', locale: 'en', timezone: 'UTC', metadata: {} }],
] as const;

const app = useApp('api');
const { database } = app;
const user = useUser(app.api);
let before: string;

beforeAll(async () => {
  before = await fingerprintOf(database.url);
});
afterEach(async () => {
  const stored = before;
  before = await fingerprintOf(database.url);
  expect(before).toBe(stored);
  expect(app.logs()).not.toContain('request failed');
});

describe.each(OPERATIONS)('%s %s', (method, path, good) => {
  const send = (options: RequestOptions) => user.api.send(method, path, options);
  const sendJson = (body: string | Uint8Array<ArrayBuffer>) => send({ body, headers: JSON_TYPE });

  it.each([
    ['empty', ''],
    ['a space', ' '],
    ['truncated JSON', '{"email":"a'],
    ['a trailing comma', '{"email":"a@acme.test",}'],
    ['a comment', '{/* */}'],
    ['NaN', '{"email":NaN}'],
    ['two documents', '{}{}'],
    ['a byte order mark inside', '{\uFEFF}'],
    ['null', 'null'],
    ['true', 'true'],
    ['a number', '1e999'],
    ['a string', '"email"'],
    ['an array', '[]'],
    ['an array of objects', '[{"email":"a@acme.test"}]'],
    ['100,000 open brackets', '['.repeat(100_000)],
    ['50,000 nested arrays', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['15,000 nested objects', `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`],
    ['a number that no double holds', '{"metadata":{"n":1e999}}'],
    ['deep metadata', `{"metadata":${'{"a":'.repeat(40)}1${'}'.repeat(41)}`],
    [
      '5,000 members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`m${n}`, n]))),
    ],
  ])('rejects an invalid body: %s', async (_, body) => {
    const answer = await sendJson(body);
    expect(['malformed-request', 'invalid-input']).toContain(expectProblemDocument(answer).code);
    expect(answer.status).toBe(400);
  });

  it.each([
    ['a stray byte', [0x22, 0xff, 0x22]],
    ['truncated', [0x22, 0xe2, 0x82, 0x22]],
    ['overlong', [0x22, 0xc0, 0x80, 0x22]],
    ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['beyond Unicode', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
  ])('rejects invalid UTF-8: %s', async (_, value) => {
    const body = Buffer.concat([Buffer.from('{"email":'), Buffer.from(value), Buffer.from('}')]);
    expectProblem(await sendJson(new Uint8Array(body)), 400, 'malformed-request');
  });

  it.each(Object.keys(good))('rejects an invalid %s', async (member) => {
    const values = [7, true, [], ['x'], member === 'metadata' ? 'text' : {}, -0.5, 1e308, [[{}]]];
    const unstorable = ['a\0b', '\ud800', 'a\udc00b@acme.test'];
    const wrong = [...values, ...unstorable, 'x'.repeat(50_000), ...(method === 'POST' ? [''] : [])];
    const answers = await Promise.all(wrong.map((value) => send({ json: { ...good, [member]: value } })));
    for (const answer of answers) {
      const problem = expectProblem(answer, 400, 'invalid-input');
      expect(problem.errors?.map(({ pointer }) => pointer)).toContain(`/${member}`);
    }
  });

  it.each([
    ['__proto__', '{"roles":["admin"]}', '/__proto__'],
    ['constructor', '{"prototype":{"roles":["admin"]}}', '/constructor'],
    ['constructor', '"x"', '/constructor'],
    ['toString', '"x"', '/toString'],
    ['hasOwnProperty', '1', '/hasOwnProperty'],
    ['then', '"x"', '/then'],
    ['unknown', '1', '/unknown'],
    ['a/b~c', '1', '/a~1b~0c'],
    ['', '1', '/'],
    ['\\u0000', '1', '/\ufffd'],
    ['\\ud800', '1', '/\ufffd'],
  ])('rejects a member named "%s" with the value %s', async (name, value, pointer) => {
    const body = `${JSON.stringify(good).slice(0, -1)},"${name}":${value}}`;
    const problem = expectProblem(await sendJson(body), 400, 'invalid-input');
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it('rejects a body larger than 100 KB, even without a Content-Length', async () => {
    const body = JSON.stringify({ ...good, padding: 'x'.repeat(102_400) });
    expectProblem(await sendJson(body), 413, 'payload-too-large');
    const head = [
      `${method} /v2${path} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${user.session.accessToken}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      'Connection: close',
    ];
    const chunks = [body.length.toString(16), body, '0', '', ''];
    const chunked = await sendRaw(app.url, [...head, '', ...chunks].join('\r\n'));
    expectProblem(chunked, 413, 'payload-too-large');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonx',
    'json',
    ';',
    '',
  ])('rejects the media type "%s"', async (type) => {
    const body = new Uint8Array(Buffer.from(JSON.stringify(good)));
    expectProblem(await send({ body, headers: { 'content-type': type } }), 415, 'unsupported-media-type');
  });

  it('rejects compressed bodies and lists the accepted encodings', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await send({ body: new Uint8Array(gzipSync('{}')), headers });
    expectProblem(answer, 415, 'unsupported-media-type');
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    const plain = { ...headers, 'content-encoding': 'identity' };
    expectProblem(await send({ body: '{', headers: plain }), 400, 'malformed-request');
  });

  it.each(['?unknown=1', '?__proto__=1', '?x=%00', '?limit=1&limit=2'])(
    'rejects the query %s',
    async (query) => {
      const answer = await user.api.send(method, path + query, { json: good });
      expectProblem(answer, 400, 'invalid-input');
    },
  );

  it('rejects other methods and lists the allowed ones', async () => {
    // The profile can be deleted.
    const others = path === '/users/me' ? ['POST'] : [method === 'POST' ? 'PATCH' : 'POST', 'DELETE'];
    for (const wrong of ['PUT', ...others]) {
      const answer = await user.api.send(wrong, path, { json: good });
      expectProblem(answer, 405, 'method-not-allowed');
      expect(answer.headers.get('allow')?.split(', ')).toContain(method);
    }
  });
});
