import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/client.js';
import { useApp } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const MAILBOX = 'http://127.0.0.1:1080';

const app = useApp('api', { MAILBOX_URL: MAILBOX, MANAGEMENT_TOKEN: 'a-management-token-for-these-tests' });
const servers = useServers();

function get<T>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
  return app.api.under('').get<T>(path, headers);
}

describe('the start page', () => {
  it('links to all that a developer needs, and every link leads somewhere', async () => {
    const { status, headers, body } = await get<string>('/');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const links = linksIn(body);
    expect(links).toEqual(
      expect.arrayContaining([
        '/docs/v2',
        '/openapi/v2.json',
        '/openapi/v1.yaml',
        '/problems',
        '/.well-known/jwks.json',
      ]),
    );
    for (const path of links.filter((link) => link.startsWith('/'))) {
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    }
    expect(/data-ready="([^"]+)"/.exec(body)?.[1]).toBe('/health/ready');
  });

  it('leads to the mailbox and the job console in development only', async () => {
    const { body } = await get<string>('/');
    expect(linksIn(body)).toEqual(
      expect.arrayContaining([MAILBOX, `${app.managementUrl}/jobs`, `${app.managementUrl}/metrics`]),
    );
    const production = await servers.start('api', {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://accounts.acme.test',
      MAILBOX_URL: MAILBOX,
    });
    const page = await production.api.under('').get<string>('/');
    expect(page.status).toBe(200);
    expect(linksIn(page.body).filter((link) => !link.startsWith('/'))).toEqual([]);
  });
});

describe('the pages', () => {
  it.each([
    '/',
    '/docs/v1',
    '/docs/v2',
    '/problems',
    '/problems/email-taken',
    '/verify-email',
    '/reset-password',
    '/sign-in',
    '/disown-session',
    '/undo-change',
    '/no/such/path',
  ])('allow their own style and script, and nothing else: %s', async (path) => {
    const { headers, body } = await get<string>(path, BROWSER);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    for (const [, name, content = ''] of body.matchAll(/<(style|script)>([^]*?)<\/\1>/g)) {
      const hash = createHash('sha256').update(content).digest('base64');
      expect(policy).toContain(`${name}-src 'sha256-${hash}'`);
    }
    expect(body).not.toMatch(/ style=| on\w+=|<(?:script|link|img)[^>]+(?:src|href)=/);
  });
});

describe('the page of a problem', () => {
  it('says what happened, how to fix it, with an example and the operations', async () => {
    const { status, body } = await get<string>('/problems/email-taken');
    expect(status).toBe(200);
    expect(linksIn(body)).toContain('/docs/v2#register');
    expect(textOf(body)).toMatch(
      /What happened An account with this email address already exists\. How to fix it Sign in instead, or use a different address\. Example .*"code": "email-taken".* Operations POST \/v2\/auth\/register Create an account/,
    );
  });

  it('exists for every problem on the list, without text that is not HTML', async () => {
    const { body } = await get<string>('/problems');
    const pages = linksIn(body).filter((link) => /^\/problems\/./.test(link));
    expect(pages.length).toBeGreaterThan(25);
    for (const path of pages) {
      const page = await get<string>(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.body.replace(/<pre>[^]*<\/pre>/, '')).not.toMatch(/`|\$\{|undefined|\[object/);
    }
  });
});

describe('an error', () => {
  it('is a page for people', async () => {
    const { status, headers, body } = await get('/v2/users/me', BROWSER);
    expect([status, headers.get('content-type'), headers.get('www-authenticate')]).toEqual([
      401,
      'text/html; charset=utf-8',
      'Bearer',
    ]);
    expect(textOf(String(body))).toContain('Authentication required');
    expect(body).toContain(headers.get('x-request-id'));
    expect(linksIn(String(body))).toContain('/problems/unauthenticated');
  });

  it.each(['*/*', 'application/json', 'application/problem+json', 'application/json, text/html;q=0.5'])(
    'is a problem document for a program that accepts %s',
    async (accept) => {
      const { headers } = await get('/v2/users/me', { accept });
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );

  it('does not let what was sent become part of the page', async () => {
    const { status, body } = await app.api.post('/auth/login', { '<img src=x>': 1 }, BROWSER);
    expect([status, body]).toEqual([400, expect.stringContaining('<code>/&#60;img src=x&#62;</code>')]);
  });
});

function linksIn(page: string): string[] {
  return [...page.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link.replaceAll('&#58;', ':'));
}

function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>|<[^>]*>/g, ' ')
    .replaceAll('&#34;', '"')
    .replace(/\s+/g, ' ');
}
