import { afterEach, describe, expect, it } from '@jest/globals';
import { expectProblem, expectProblemDocument } from '../support/problems.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

const app = useApp('api', WITH_ADMIN);
const { admin } = app;

afterEach(() => {
  expect(app.logs()).not.toContain('request failed');
});

describe('invalid queries and paths', () => {
  it.each([
    '/v2/users?limit=1&limit=2',
    '/v2/users?q=a&q=b',
    '/v2/users?limit[]=1',
    '/v2/users?limit[$gt]=1',
    '/v2/users?q=%00',
    '/v2/users?q=a%00b',
    '/v2/users?%00=1',
    '/v2/users?q=%ED%A0%80&status=',
    '/v2/users?__proto__=1',
    '/v2/users?__proto__[limit]=1',
    '/v2/users?constructor=1',
    '/v2/users?constructor[prototype][limit]=1',
    '/v2/users?toString=1',
    '/v2/users?email=%00@acme.test',
    '/v2/users?email=ada',
    '/v2/users?cursor=%00',
    '/v2/users?limit=%zz',
    '/v2/users?q=%zz',
    '/v2/users?q=%ff',
    '/v2/users?q=a%E2%82',
    '/v2/users?q=%ED%A0%80',
    '/v1/users?page=%00',
    '/v1/users?page=2&page=3',
    '/v2/auth/sessions?limit=NaN',
    '/v2/auth/sessions?unknown=1',
    '/v2/users/me?unknown=1',
    '/v2/users/%00',
    '/v2/users/a%00b',
    '/v2/users/%zz',
    '/v2/users/%',
    '/v2/users/%ff',
    '/v2/users/..%2f..%2fetc%2fpasswd',
    "/v2/users/1'%20or%20'1'='1",
    '/v2/users/undefined',
  ])('returns 400 for GET %s', async (path) => {
    const problem = expectProblemDocument(await admin.under('').get(path));
    expect([problem.status, problem.code]).toEqual([
      400,
      expect.stringMatching(/^(invalid-input|malformed-request)$/),
    ]);
  });

  it.each([
    '/v2/%00',
    '/%00',
    '/problems/%00',
    '/problems/__proto__',
    '/problems/constructor',
    '/v3/users',
    '/v2',
    '/V2/users',
    '/v2/users/me/nothing',
    '/.env',
    `/${'x'.repeat(2_000)}`,
  ])('returns 404 for GET %s', async (path) => {
    expectProblem(await admin.under('').get(path), 404, 'not-found');
  });

  it('rejects a path parameter that is longer than any id', async () => {
    expect((await admin.get(`/users/${'x'.repeat(300)}`)).status).toBeGreaterThanOrEqual(400);
    expectProblemDocument(await admin.get(`/users/${'x'.repeat(300)}`));
  });

  it('either searches for text that is not valid UTF-8 or rejects it', async () => {
    for (const q of ['%ff', '%C0%80', '%F4%90%80%80', '%E2%82']) {
      expect([200, 400]).toContain((await admin.get(`/users?q=${q}`)).status);
    }
  });

  it.each([
    ['POST', '/v2/users/me', 'PATCH'],
    ['DELETE', '/v2/users', 'GET'],
    ['PUT', '/v1/auth/sessions', 'DELETE'],
    ['POST', '/health/live', 'GET'],
    ['POST', '/.well-known/jwks.json', 'GET'],
    ['PATCH', '/problems/not-found', 'GET'],
  ])('lists the allowed methods for %s %s', async (method, path, allowed) => {
    const answer = await admin.under('').send(method, path, { json: {} });
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')?.split(', ')).toContain(allowed);
  });
});
