import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { useApp, useUser } from '../support/use-app.js';

const ISSUER = 'https://accounts.acme.test';
const APP_ORIGIN = 'https://app.acme.test';

const { api } = useApp('api', {
  PUBLIC_URL: ISSUER,
  CORS_ORIGINS: APP_ORIGIN,
  RATE_LIMIT_DEFAULT: '1000/60',
});
const user = useUser(api);

describe('the OpenAPI documents', () => {
  it.each(['1', '2'])('match the checked-in file for v%s', async (version) => {
    const served = await api.under('').get(`/openapi/v${version}.json`);
    const checkedIn: unknown = JSON.parse(readFileSync(`openapi/v${version}.json`, 'utf8'));
    expect([served.status, served.body]).toEqual([200, checkedIn]);
    const yaml = await api.under('').get<string>(`/openapi/v${version}.yaml`);
    expect([yaml.status, yaml.body]).toEqual([200, expect.stringMatching(/^openapi: /m)]);
    const page = await api.under('').get<string>(`/docs/v${version}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ]);
    expect(page.body).toContain('swagger-ui');
  });

  it('are linked from /docs, which redirects to the latest version', async () => {
    const { status, headers } = await api.under('').get('/docs');
    expect([status, headers.get('location')]).toEqual([302, '/docs/v2']);
    for (const asset of [
      '/docs/v2/swagger-ui-bundle.js',
      '/docs/v2/swagger-ui.css',
      '/docs/v2/swagger-ui-init.js',
    ]) {
      expect([asset, (await api.under('').get(asset)).status]).toEqual([asset, 200]);
    }
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
    const { body } = await api.under('').get<Document>(`/openapi/v${version}.json`);
    const undescribed = Object.entries(body.paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, { summary, description, parameters, responses }]) =>
        Object.entries({
          summary,
          description,
          ...Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.description])),
          ...Object.fromEntries(Object.entries(responses).map(([status, one]) => [status, one.description])),
        })
          .filter(([, text]) => !text)
          .map(([name]) => `${method} ${path}: ${name}`),
      ),
    );
    expect(undescribed).toEqual([]);
  });
});

interface Described {
  readonly summary?: string;
  readonly description?: string;
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}

interface Operation extends Described {
  readonly parameters: readonly (Described & { readonly name: string })[];
  readonly responses: Record<string, Described>;
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
  const { body } = await api.under('').get<{ paths: Record<string, object> }>(`/openapi/v${version}.json`);
  return Object.entries(body.paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path.replace(/^\/v\d/, '')}`))
    .sort();
}
