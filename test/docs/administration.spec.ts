import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { auditEventTypes } from '#libs/audit';
import { eventTypes } from '#libs/contracts';
import { startMailbox } from '#tools/embedded';
import '../../src/accounts/accounts.http.module.js';
import '../../src/notifications/notifications.http.module.js';
import { hold, useFixture } from '../support/fixture.js';
import { bash, commandsOf } from '../support/guide-commands.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useApp } from '../support/use-app.js';

const ADMIN_PASSWORD = 'a guide for seven otters';

const folder = useTemporaryFolder();
const mailbox = useFixture(() =>
  hold(startMailbox({ dataDir: folder.path, log: () => undefined }), ({ stop }) => stop()),
);
const app = useApp('all', () => ({
  SMTP_URL: mailbox.smtpUrl,
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD,
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
}));

/** Runs all commands of a guide in order, as they are. @returns what they print */
async function follow(guide: string): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', API: app.url, MAILBOX: mailbox.webUrl, ADMIN_PASSWORD };
  return bash(commandsOf(`docs/guides/${guide}.md`), env);
}

describe('the requests of the guide', () => {
  it('to administration create a role and a user, and change, sign out, suspend and delete them', async () => {
    const output = await follow('administration');
    expect(output).toMatch(/name: 'users:read',\s+description: '/);
    expect(output).toMatch(/name: 'user',\s+permissions: \[\],\s+builtIn: true/);
    expect(output).toMatch(/^\[ 'users:read', 'users:write' \]\npassword chosen: 204\ntrue$/m);
    expect(output).toMatch(
      /^forbidden\n\[ 'user', 'support' \]\nusers listed: 200\nexceeds-your-permissions$/m,
    );
    expect(output).toMatch(/^silver: 200\nbronze: 412\n\{ tier: 'silver' \}$/m);
    expect(output).toMatch(
      /current: false,[\s\S]+\nsigned out: 204\nunauthenticated\nsecond factors removed: 204$/m,
    );
    expect(output).toMatch(
      /^suspended\ninvalid-credentials\nactive\nBearer\ndeleted: 204\n\[ 'user' \]\ninvalid-credentials$/m,
    );
  });

  it('to API keys create one, use it, reach its limits, and revoke it', async () => {
    const output = await follow('api-keys');
    expect(output).toMatch(
      /^users listed: 200\nadmin@example\.com\nforbidden\nsession-required\nsession-required$/m,
    );
    expect(output).toMatch(/name: 'Billing server',\s+permissions: \[ 'users:read' \]/);
    expect(output).toMatch(/^revoked: 204\nunauthenticated\na key\nnot a key$/m);
  });

  it('to IP rules deny and allow addresses, keep the administrator in, and import a list', async () => {
    const output = await follow('ip-rules');
    expect(output.split('\n').filter(Boolean)).toEqual([
      'unauthenticated',
      '127.0.0.9/32',
      'address-denied',
      'denied: 201',
      'allowed: 201',
      'unauthenticated',
      'address-denied',
      '127.0.0.10/32 allow admin',
      '127.0.0.8/30 deny admin',
      'own-address',
      'removed: 204',
      'address-denied',
      'unauthenticated',
      '2',
      'address-denied',
      'example-drop',
      'list removed: 204',
      'unauthenticated',
    ]);
  });

  it('to exports export all users, and everything about one', async () => {
    const output = await follow('export');
    expect(output).toMatch(
      /^export-users\ndownloaded: 200\nid email emailVerified .+ createdAt passwordHash$/m,
    );
    expect(output).toMatch(
      /^downloaded: 200\nexportedAt apiKeys auditEvents .+ notifications .+ scheduledNotifications .+\nada\.\d+@example\.com$/m,
    );
  });

  it('to the audit log read, filter and page it, and show users their own history', async () => {
    const output = await follow('audit-log');
    expect(output).toMatch(/^Ada$/m);
    expect(output).toMatch(
      /type: 'user\.updated'[\s\S]+type: 'session\.started'[\s\S]+type: 'user\.registered'/,
    );
    expect(output).toMatch(/^\{ displayName: \{ from: null, to: 'Ada' \} \}\n3\nsession\.started$/m);
    expect(output).toMatch(/actorType: 'administrator',\s+actorId: null/);
  });
});

it('the commands of the guide to notifications write, publish and send a template, and change a built-in one', async () => {
  const output = await follow('notifications');
  expect(output).toMatch(
    /^true\nOrder 4712 is on its way\n1\ntrue\nuses the variable "number", which is not declared$/m,
  );
  expect(output).toMatch(
    /^2\n2\nsent\nit was canceled\nstored: 204\nbounce\n1\n1\nOrder 4711 is on its way\ntrue\nread: 204\ntrue$/m,
  );
  expect(output).toMatch(/^false\n08:00$/m);
  expect(output).toMatch(/^true\ntrue\n1\nrestored: 204$/m);
});

it('the commands of the guide to webhooks receive events, and replay one', async () => {
  const output = await follow('webhooks');
  expect(output).toMatch(/^user\.registered\nuser\.updated$/m);
  expect(output).toMatch(/status: 204,\s+error: null/);
  expect(output).toMatch(/^replayed: 202\nuser\.suspended\ndeleted: 204$/m);
});

describe('the table of events', () => {
  it('has exactly those that are declared, with their descriptions', () => {
    const rows = readFileSync('docs/guides/webhooks.md', 'utf8').matchAll(
      /^\| `([a-z]+\.[a-z-]+)` +\| ([A-Z].+?) +\|$/gm,
    );
    const declared = [...eventTypes().values()].map(({ type, description }) => `${type}: ${description}`);
    expect([...rows].map(([, type, description]) => `${type}: ${description}`)).toEqual(declared.sort());
  });
});

describe('the table of audit events', () => {
  it('has exactly the types that are declared', () => {
    const rows = readFileSync('docs/guides/audit-log.md', 'utf8').matchAll(/^\| `([a-z-]+\.[a-z-]+)` /gm);
    expect([...rows].map(([, type]) => type)).toEqual(auditEventTypes());
  });
});
