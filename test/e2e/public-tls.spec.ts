import { Agent, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { createAuthority, type TestAuthority } from '../support/certificates.js';
import { hold, useFixture } from '../support/fixture.js';
import { eventually } from '../support/servers.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useApp } from '../support/use-app.js';

const folder = useTemporaryFolder();
const authority = useFixture(() => hold(Promise.resolve(createAuthority()), async ({ remove }) => remove()));
const app = useApp('api', () => settingsOf(authority));

function settingsOf(issuer: TestAuthority): Record<string, string> {
  const { cert, key } = issuer.issue('DNS:localhost,IP:127.0.0.1');
  return { TLS_CERT: folder.write('public.crt', cert), TLS_KEY: folder.write('public.key', key) };
}

describe('the public port with TLS_CERT and TLS_KEY', () => {
  it('serves HTTPS alone, under an issuer with that scheme', async () => {
    const { status, body } = await get('/.well-known/oauth-authorization-server');
    expect([status, JSON.parse(body)]).toMatchObject([
      200,
      { issuer: `https://localhost:${app.env['PORT']}` },
    ]);
    const plain = connectPlain(Number(app.env['PORT']), '127.0.0.1');
    await hold(plain, () => plain.destroy());
    plain.on('error', () => undefined);
    plain.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const answered: Buffer[] = [];
    plain.on('data', (data) => answered.push(data));
    await eventually(() => expect(plain.destroyed || plain.readableEnded).toBe(true));
    expect(Buffer.concat(answered).toString()).not.toMatch(/HTTP/);
    expect((await get('/health/live')).status).toBe(200);
  });

  it('refuses versions of TLS that have known weaknesses', async () => {
    await expect(handshake({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).rejects.toThrow();
    expect((await handshake({ maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
    expect((await handshake({})).getProtocol()).toBe('TLSv1.3');
  });

  it('returns problem documents for requests that cannot be parsed', async () => {
    const socket = await handshake({});
    const answered: Buffer[] = [];
    socket.on('data', (data: Buffer) => answered.push(data));
    socket.write('BROKEN\r\n\r\n');
    await eventually(() =>
      expect(Buffer.concat(answered).toString()).toMatch(/^HTTP\/1.1 400.*application\/problem\+json/s),
    );
  });

  it('reads a new certificate without a restart, and keeps connections', async () => {
    const agent = await hold(new Agent({ keepAlive: true, ca: authority.ca }), (open) => open.destroy());
    expect((await get('/health/live', { agent })).status).toBe(200);
    const renewed = await hold(Promise.resolve(createAuthority()), async ({ remove }) => remove());
    settingsOf(renewed);
    await eventually(async () => expect((await get('/health/live', { ca: renewed.ca })).status).toBe(200), {
      timeoutMs: 20_000,
    });
    expect((await get('/health/live', { agent })).status).toBe(200);
    await expect(handshake({ ca: authority.ca })).rejects.toThrow(/self-signed|unable/);
    await eventually(() => expect(app.logs()).toMatch(/the new certificate is in use, and valid until/));
    folder.write('public.key', authority.issue('IP:127.0.0.1').key);
    await eventually(() => expect(app.logs()).toMatch(/"level":"warn".*the one before stays/), {
      timeoutMs: 20_000,
    });
    expect((await get('/health/live', { ca: renewed.ca })).status).toBe(200);
    settingsOf(authority);
    await eventually(async () => expect((await get('/health/live')).status).toBe(200), { timeoutMs: 20_000 });
  });

  it('stops although a client keeps its connection', async () => {
    const settings = settingsOf(authority);
    const stopping = await app.start('api', settings);
    const agent = await hold(new Agent({ keepAlive: true, ca: authority.ca }), (open) => open.destroy());
    const port = Number(stopping.env['PORT']);
    expect((await get('/health/live', { agent, port })).status).toBe(200);
    process.kill(stopping.pid, 'SIGTERM');
    expect(await stopping.exited).toEqual({ code: 0, signal: null });
  });
});

interface Connection {
  readonly ca?: string;
  readonly agent?: Agent;
  readonly port?: number;
}

function get(path: string, given: Connection = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: Number(app.env['PORT']), ca: authority.ca, path, ...given };
    request(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

async function handshake(options: {
  ca?: string;
  minVersion?: 'TLSv1';
  maxVersion?: 'TLSv1.1' | 'TLSv1.2';
}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: Number(app.env['PORT']), ca: authority.ca, ...options });
  await hold(socket, () => socket.destroy());
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}
