import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, ApiClient, DeviceBody, ListBody, ProblemBody } from '../support/client.js';
import { signIn, signUp } from '../support/factories.js';
import { usePathProxy } from '../support/path-proxy.js';
import { expectProblemDocument } from '../support/problems.js';
import { newVapidKeys } from '../support/push-service.js';
import { sendRaw } from '../support/raw-http.js';
import { eventually } from '../support/servers.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

const proxy = usePathProxy('/accounts');
const app = useApp('all', () => ({
  ...WITH_ADMIN,
  PUBLIC_URL: proxy.url,
  VAPID_PRIVATE_KEY: newVapidKeys().privateKey,
}));
const { sink } = app;

let api: ApiClient;
let admin: ApiClient;

beforeAll(() => {
  proxy.leadTo(app.url);
  api = app.api.at(proxy.url);
  admin = app.admin.at(proxy.url);
});

describe('behind a proxy that removes the path of PUBLIC_URL', () => {
  it('the pages of a list link to each other', async () => {
    const user = await signUp(api);
    const { api: me } = await signIn(api, user);
    const lists: readonly (readonly [ApiClient, string])[] = [
      [me, '/v2/auth/sessions?limit=1'],
      [me, '/v1/auth/sessions?limit=1'],
      [admin, '/v2/users?limit=1&sort=createdAt'],
      [admin, '/v1/users?limit=1'],
    ];
    for (const [caller, path] of lists) {
      const first = await caller.under('').get<ListBody<DeviceBody>>(path);
      const second = await follow<ListBody<DeviceBody>>(caller, linkIn(first, 'next'), path);
      expect([path, second.status]).toEqual([path, 200]);
      const again = await follow<ListBody<DeviceBody>>(caller, linkIn(second, 'prev'), path);
      expect([path, again.body.items]).toEqual([path, first.body.items]);
    }
  });

  it('a deprecated operation links to its successor', async () => {
    const answer = await admin.under('/v1').get('/users');
    expect(await follow(admin, linkIn(answer, 'successor-version'), '/v1/users')).toMatchObject({
      status: 200,
    });
  });

  it('/docs redirects to a page whose links lead somewhere, and which sends requests to this server', async () => {
    const redirect = await api.under('').get('/docs');
    const location = redirect.headers.get('location') ?? '';
    for (const [page, asked] of [
      [location, '/docs'],
      [`${location}/`, '/docs'],
      ['v1', '/docs/'],
    ] as const) {
      const base = pathOf(page, asked);
      const { body } = await follow<string>(api, page, asked);
      const links = referencesIn(body);
      expect(links.length).toBeGreaterThan(30);
      for (const link of new Set(links)) {
        expect([link, (await follow(api, link, base)).status]).toEqual([link, 200]);
      }
      const targets = [...body.matchAll(/data-url="([^"]+)"/g)].map(([, target = '']) =>
        pathOf(target, base),
      );
      expect(targets).toEqual(
        expect.arrayContaining(['/health/live', expect.stringMatching(/^\/v\d\/users\/me$/)]),
      );
    }
  });

  it.each(['/openapi/v1.json', '/openapi/v2.json'])('%s says where the operations are', async (path) => {
    const { body } = await api.under('').get<OpenApi>(path);
    expect(body.servers).toEqual([{ url: proxy.url }]);
    const operations = Object.entries(body.paths).filter(([name, { get }]) => get && !name.includes('{'));
    expect(operations.length).toBeGreaterThan(5);
    for (const [name] of operations) {
      const { status } = await follow(admin, `${body.servers[0]?.url ?? ''}${name}`, path);
      expect([name, status]).toEqual([name, 200]);
    }
  });

  it('a problem says what it is and which request it was about', async () => {
    const answers: readonly Answer<unknown>[] = [
      await api.get('/users/me'),
      await api.get('/no/such/path'),
      await api.send('DELETE', '/auth/login'),
      await api.login({ email: 'x@acme.test', password: 'wrong wrong' }),
      await api.post('/auth/login', { email: 'x' }),
      await api.get(`/users/${'x'.repeat(300)}`),
      await api.under('').get('/problems/no-such-problem'),
    ];
    for (const answer of answers) {
      const { type, instance, code } = expectProblemDocument(answer);
      expect(type).toBe(`${proxy.url}/problems/${code}`);
      expect(instance).toMatch(/^\/accounts\/(v2|problems)\//);
      const page = await follow<string>(api, type, '/v2/users/me');
      expect([type, page.status]).toEqual([type, 200]);
      for (const reference of referencesIn(page.body)) {
        expect((await follow(api, reference, `/problems/${code}`)).status).toBe(200);
      }
    }
  });

  it('a problem with an unreadable request leads here, too', async () => {
    const broken = await sendRaw(
      app.url,
      'GET /v2/users/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    const { type, instance } = broken.body as ProblemBody;
    expect(type).toMatch(`${proxy.url}/problems/`);
    expect(instance).toMatch(/^\/accounts\//);
  });

  it('the list of problems links to all of them', async () => {
    const { body } = await api.under('').get<string>('/problems');
    const references = referencesIn(body);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      expect([reference, (await follow(api, reference, '/problems')).status]).toEqual([reference, 200]);
    }
  });

  it('gateways find the keys', async () => {
    const { body } = await api
      .under('')
      .get<Record<string, string>>('/.well-known/oauth-authorization-server');
    expect(body['issuer']).toBe(proxy.url);
    for (const name of ['jwks_uri', 'service_documentation']) {
      const { status } = await follow(api, body[name] ?? '', '/.well-known/oauth-authorization-server');
      expect([name, [200, 302].includes(status)]).toEqual([name, true]);
    }
  });

  it('the link in a mail opens a page whose button works', async () => {
    const { email, api: me } = await signUp(api);
    const [mail] = await eventually(() => {
      const mails = sink.mailsTo(email);
      expect(mails).toHaveLength(1);
      return mails;
    });
    const link = /https?:\S+verify-email\?token=[\w-]+/.exec(mail?.text ?? '')?.[0] ?? '';
    const page = await follow<string>(api, link, '/');
    expect(page.status).toBe(200);
    // Where its script sends requests to.
    const targets = [...page.body.matchAll(/'([^']*\bv2\/[^']+)'/g)].map(([, target = '']) => target);
    expect(targets.map((target) => new URL(target, link).href).sort()).toEqual([
      `${proxy.url}/v2/auth/email/disown`,
      `${proxy.url}/v2/auth/email/resend`,
      `${proxy.url}/v2/auth/email/verify`,
    ]);
    const token = new URL(link).searchParams.get('token');
    expect((await api.post('/auth/email/verify', { token })).status).toBe(204);
    expect((await me.me()).body.emailVerified).toBe(true);
  });

  it('the management port, which it does not publish, keeps its own paths', async () => {
    const answer = await api.at(app.managementUrl).under('').get<ProblemBody>('/no/such/path');
    expect(answer.body).toMatchObject({ type: `${proxy.url}/problems/not-found`, instance: '/no/such/path' });
  });
});

interface OpenApi {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, { readonly get?: object }>>;
}

/** A reference in a response to `asked`, as a path below PUBLIC_URL. Fails if it leads anywhere else. */
function pathOf(reference: string, asked: string): string {
  const { href } = new URL(reference, `${proxy.url}${asked}`);
  expect([reference, href.slice(0, proxy.url.length + 1)]).toEqual([reference, `${proxy.url}/`]);
  return href.slice(proxy.url.length);
}

function follow<T>(caller: ApiClient, reference: string, asked: string): Promise<Answer<T>> {
  return caller.under('').get<T>(pathOf(reference, asked));
}

function linkIn({ headers }: Answer<unknown>, relation: string): string {
  const link = new RegExp(`<([^>]*)>; rel="${relation}"`).exec(headers.get('link') ?? '')?.[1];
  expect([relation, link]).toEqual([relation, expect.any(String)]);
  return link ?? '';
}

/** What a page loads and links to. */
function referencesIn(html: string): string[] {
  return [...html.matchAll(/\b(?:src|href)="([^"#]+)"/g)]
    .map(([, reference = '']) => reference)
    .filter((reference) => !reference.startsWith('data:'));
}
