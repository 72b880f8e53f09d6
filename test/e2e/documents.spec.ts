import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Answer } from '../support/client.js';
import { aUser } from '../support/factories.js';
import { useApp, useUser } from '../support/use-app.js';

const ISSUER = 'https://accounts.acme.test';
const APP_ORIGIN = 'https://app.acme.test';

const { api } = useApp('api', {
  PUBLIC_URL: ISSUER,
  CORS_ORIGINS: `${APP_ORIGIN},http://localhost:*`,
  RATE_LIMIT_DEFAULT: '1000/60',
});
const user = useUser(api);

describe('the OpenAPI documents', () => {
  it.each(['1', '2'])('match the checked-in file for v%s, but name their own server', async (version) => {
    const served = await api.under('').get(`/openapi/v${version}.json`);
    const checkedIn = JSON.parse(readFileSync(`openapi/v${version}.json`, 'utf8')) as { servers: object };
    expect(checkedIn.servers).toEqual([{ url: 'http://localhost:3000' }]);
    expect([served.status, served.body]).toEqual([200, { ...checkedIn, servers: [{ url: ISSUER }] }]);
    const yaml = await api.under('').get<string>(`/openapi/v${version}.yaml`);
    expect([yaml.status, yaml.body]).toEqual([200, expect.stringMatching(/^openapi: /m)]);
    const page = await api.under('').get<string>(`/docs/v${version}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ]);
    expect(page.body).toContain(`<title>Gatehouse API v${version}</title>`);
  });

  it('are linked from /docs, which redirects to the latest version', async () => {
    const { status, headers } = await api.under('').get('/docs');
    expect([status, headers.get('location')]).toEqual([302, '/docs/v2']);
  });

  it('contain the same operations in both versions', async () => {
    const [v1, v2] = await Promise.all(['1', '2'].map((version) => operationsOf(version)));
    expect(v1).toEqual(v2);
    expect(v1).toEqual(
      expect.arrayContaining([
        'delete /auth/sessions',
        'get /users',
        'get /users/me',
        'get /users/{id}',
        'patch /users/me',
        'post /auth/register',
      ]),
    );
  });

  it.each(['1', '2'])('describe every operation, parameter and response of v%s', async (version) => {
    const document = await documentOf(version);
    const undescribed = operationsIn(document).flatMap(
      ([name, { summary, description, parameters, responses }]) =>
        Object.entries({
          summary,
          description,
          ...Object.fromEntries(parameters.map((one) => [one.name, one.description])),
          ...Object.fromEntries(Object.entries(responses).map(([status, one]) => [status, one.description])),
        })
          .filter(([, text]) => !text)
          .map(([what]) => `${name}: ${what}`),
    );
    expect(undescribed).toEqual([]);
  });

  it.each(['1', '2'])('share so much that v%s takes less than 4.2 KB for an operation', async (version) => {
    const { body } = await api.under('').get(`/openapi/v${version}.json`);
    const operations = operationsIn(await documentOf(version));
    expect(JSON.stringify(body).length / operations.length).toBeLessThan(4_200);
  });

  it.each(['1', '2'])('give every problem of v%s a type with the codes that it can have', async (version) => {
    const operations = operationsIn(await documentOf(version));
    for (const [name, { responses }] of operations) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const schema = content['application/problem+json']?.schema as ProblemSchema | undefined;
        if (schema) {
          const codes = schema.properties.code.enum;
          expect([name, codes]).toEqual([name, expect.arrayContaining([expect.stringMatching(/^[a-z-]+$/)])]);
        }
        if (schema && status !== 'default') {
          expect(schema.properties.status.enum).toEqual([Number(status)]);
        }
      }
      expect(responses).toHaveProperty('default');
    }
    const [, register] = operations.find(([name]) => name.endsWith('/auth/register')) ?? [];
    expect(register?.responses['409']?.content?.['application/problem+json']?.schema).toMatchObject({
      properties: { code: { enum: ['idempotent-request-running', 'email-taken'] } },
    });
  });

  it.each(['1', '2'])('name the type of every body in v%s', async (version) => {
    const { body } = await api.under('').get<object>(`/openapi/v${version}.json`);
    const unnamed = [
      ...JSON.stringify(body).matchAll(/"application\/(?!x-ndjson)[\w+-]+":\{"schema":(?!\{"\$ref")[^}]*/g),
    ];
    expect(unnamed.map(([text]) => text)).toEqual([]);
  });

  it('say that a request has no members but those listed, and who may send it', async () => {
    const document = await documentOf('2');
    for (const [name, { requestBody, security }] of operationsIn(document)) {
      for (const [mediaType, { schema }] of Object.entries(requestBody?.content ?? {})) {
        if (['text/csv', 'application/x-ndjson', 'message/rfc822', 'text/plain'].includes(mediaType)) {
          expect([name, schema]).toEqual([name, { type: 'string' }]);
          continue;
        }
        expect([name, schema]).toEqual([name, expect.objectContaining({ additionalProperties: false })]);
      }
      expect([name, security]).toEqual([name, expect.any(Array)]);
    }
  });

  it.each(['1', '2'])('declare every header that v%s sends', async (version) => {
    const document = await documentOf(version);
    const { api: caller } = user;
    const at = caller.under(`/v${version}`);
    const { headers } = await at.me();
    const etag = headers.get('etag') ?? '';
    const newcomer = aUser();
    const responses: [path: string, method: string, Answer<unknown>][] = [
      ['/users/me', 'get', await at.me()],
      ['/users/me', 'get', await at.get('/users/me', { 'if-none-match': etag })],
      ['/users/me', 'get', await at.get('/users/me', { 'if-match': '"stale"' })],
      ['/users/me', 'get', await api.under(`/v${version}`).me()],
      ['/users/me', 'patch', await at.patch('/users/me', { displayName: 'Ada' })],
      ['/users/me', 'patch', await at.send('PATCH', '/users/me', { body: 'x' })],
      ['/users/me', 'default', await at.delete('/users/me')],
      ['/users', 'get', await at.get('/users')],
      ['/auth/sessions', 'get', await at.get('/auth/sessions?limit=1')],
      [
        '/auth/register',
        'post',
        await at.post('/auth/register', newcomer, { 'idempotency-key': newcomer.email }),
      ],
      [
        '/auth/register',
        'post',
        await at.post('/auth/register', newcomer, { 'idempotency-key': newcomer.email }),
      ],
      ['/auth/register', 'post', await at.post('/auth/register', newcomer)],
      ['/auth/register', 'post', await at.post('/auth/register', {})],
      ['/auth/login', 'post', await at.login({ ...newcomer, password: 'not the password' })],
    ];
    for (const [path, method, response] of responses) {
      const item = document.paths[`/v${version}${path}`] ?? {};
      const operation = item[method] ?? Object.values(item)[0];
      const declared = (operation?.responses[response.status] ?? operation?.responses['default'])?.headers;
      const names = Object.keys(declared ?? {}).map((name) => name.toLowerCase());
      const sent = [...response.headers.keys()].filter((name) => !UNDECLARED_HEADERS.has(name));
      expect([method, path, response.status, sent.filter((name) => !names.includes(name))]).toEqual([
        method,
        path,
        response.status,
        [],
      ]);
    }
  });

  it('tell when a deprecated operation may stop working', async () => {
    const document = await documentOf('1');
    const deprecated = operationsIn(document).filter(([, operation]) => operation.deprecated);
    expect(deprecated.map(([name, operation]) => [name, operation['x-sunset']])).toEqual([
      ['get /v1/users', '2027-11-22'],
    ]);
    const { headers } = await user.api.under('/v1').get('/users');
    expect(new Date(headers.get('sunset') ?? '').toISOString()).toBe('2027-11-22T00:00:00.000Z');
  });
});

/** Of HTTP itself, and those that protect browsers. OpenAPI ignores a declared `Content-Type`. */
const UNDECLARED_HEADERS: ReadonlySet<string> = new Set([
  'access-control-expose-headers',
  'cache-control',
  'connection',
  'content-length',
  'content-security-policy',
  'content-type',
  'date',
  'keep-alive',
  'referrer-policy',
  'strict-transport-security',
  'vary',
  'x-content-type-options',
  'x-frame-options',
]);

interface Described {
  readonly summary?: string;
  readonly description?: string;
}

type Content = Readonly<Record<string, { readonly schema: object }>>;

interface ProblemSchema {
  readonly properties: Record<'code' | 'status', { readonly enum: readonly unknown[] }>;
}

interface Operation extends Described {
  readonly parameters: readonly (Described & { readonly name: string })[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Record<string, Described & { readonly content?: Content; readonly headers?: object }>;
  readonly security?: unknown;
  readonly deprecated?: boolean;
  readonly 'x-sunset'?: string;
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}

/** The served document, with the components in place of the references to them. */
async function documentOf(version: string): Promise<Document> {
  const { body } = await api.under('').get<Document>(`/openapi/v${version}.json`);
  const resolve = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    if ('$ref' in value) {
      const path = String(value.$ref).slice('#/'.length).split('/');
      return resolve(path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], body));
    }
    return Array.isArray(value)
      ? value.map(resolve)
      : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolve(member)]));
  };
  return { paths: resolve(body.paths) as Document['paths'] };
}

function operationsIn({ paths }: Document): [name: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
}

describe('browsers', () => {
  it('may read the documented headers from an allowed origin', async () => {
    const { headers } = await user.api.with({ origin: APP_ORIGIN }).me();
    expect(headers.get('access-control-allow-origin')).toBe(APP_ORIGIN);
    const exposed = (headers.get('access-control-expose-headers') ?? '').toLowerCase().split(/,\s*/);
    for (const name of [
      'ETag',
      'Link',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-Request-Id',
      'Idempotency-Replayed',
      'WWW-Authenticate',
      'Deprecation',
      'Sunset',
    ]) {
      expect(exposed).toContain(name.toLowerCase());
    }
    const preflight = await api.send('OPTIONS', '/users/me', {
      headers: {
        origin: APP_ORIGIN,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type,if-match',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('if-match');
  });

  it.each(['http://localhost:5173', 'http://localhost'])(
    'may read responses, and failures before any route, from %s if any port is allowed',
    async (origin) => {
      for (const path of ['/users/me', '/%zz']) {
        const { headers } = await user.api.with({ origin }).get(path);
        expect([path, headers.get('access-control-allow-origin')]).toEqual([path, origin]);
        expect(headers.get('vary')).toContain('Origin');
      }
    },
  );

  it.each(['https://localhost:5173', 'http://localhost.evil.test:5173', 'null'])(
    'may not read responses from %s if any port of localhost is allowed',
    async (origin) => {
      for (const path of ['/users/me', '/%zz']) {
        const { headers } = await user.api.with({ origin }).get(path);
        expect([path, headers.get('access-control-allow-origin')]).toEqual([path, null]);
      }
    },
  );

  it('may not read responses from other origins', async () => {
    const { headers } = await user.api.with({ origin: 'https://evil.test' }).me();
    expect(headers.get('access-control-allow-origin')).not.toBe('https://evil.test');
    expect(headers.get('access-control-allow-origin')).not.toBe('*');
  });

  it('receive a Strict-Transport-Security header', async () => {
    expect((await user.api.me()).headers.get('strict-transport-security')).toMatch(/^max-age=\d+/);
  });
});

async function operationsOf(version: string): Promise<string[]> {
  return operationsIn(await documentOf(version))
    .map(([name]) => name.replace(/ \/v\d/, ' '))
    .sort();
}
