import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { createAuthority, type TestCertificate } from '../../../test/support/certificates.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { holdReceiver, type Receiver } from '../../../test/support/receiver.js';
import { holdOutboundClient, resolverOf } from '../../../test/support/outbound-client.js';
import type { OutboundClient } from './outbound-client.js';

const never = new AbortController().signal;
const HOST = 'hooks.example';
const resolver = resolverOf({ [HOST]: ['127.0.0.1'] });
const DURATION = { durationMs: expect.any(Number) };

const authority = useFixture(() => hold(createAuthority(), (made) => made.remove()));

describe('A certificate', () => {
  it('is accepted for the name in the URL, which the receiver gets, and the connection is used again', async () => {
    const names: unknown[] = [];
    const tls = authority.issue(`DNS:${HOST}`);
    const receiver = await holdReceiver(
      ({ socket, headers }, response) => {
        names.push([(socket as TLSSocket).servername, headers.host]);
        response.end();
      },
      { tls, host: '127.0.0.1' },
    );
    const client = await trustingClient();
    for (const path of ['/one', '/two']) {
      const url = `https://${HOST}:${receiver.port}${path}`;
      const headers = { host: 'another.example' };
      expect(await client.post({ url, headers, body: '{}' }, never)).toMatchObject({ status: 200 });
    }
    expect(names).toEqual(Array.from({ length: 2 }, () => [HOST, `${HOST}:${receiver.port}`]));
    expect(receiver.connections).toHaveLength(1);
  });

  it('is accepted for the address in the URL', async () => {
    const receiver = await holdTlsReceiver(authority.issue('IP:127.0.0.1'));
    expect(await post(await trustingClient(), receiver, '127.0.0.1')).toMatchObject({ status: 200 });
  });

  it('is accepted for a name with a trailing dot', async () => {
    const receiver = await holdTlsReceiver(authority.issue(`DNS:${HOST}`));
    expect(await post(await trustingClient(), receiver, `${HOST}.`)).toMatchObject({ status: 200 });
  });

  it.each([
    ['is for another host', 'DNS:another.example', HOST, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [
      'is for the name, but the URL has the address',
      `DNS:${HOST}`,
      '127.0.0.1',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['is for the address, but the URL has the name', 'IP:127.0.0.1', HOST, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('is refused if it %s', async (_, names, host, code) => {
    const receiver = await holdTlsReceiver(authority.issue(names));
    expect(await post(await trustingClient(), receiver, host)).toEqual(invalid(code));
  });

  it('is refused if it has expired', async () => {
    const receiver = await holdTlsReceiver(authority.issue(`DNS:${HOST}`, { days: -1 }));
    expect(await post(await trustingClient(), receiver, HOST)).toEqual(invalid('CERT_HAS_EXPIRED'));
  });

  it('is refused if no one knows its issuer', async () => {
    const receiver = await holdTlsReceiver(authority.issue(`DNS:${HOST}`));
    const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'], resolver });
    expect(await post(client, receiver, HOST)).toEqual(invalid('UNABLE_TO_VERIFY_LEAF_SIGNATURE'));
  });

  it('is also refused in a process that is set not to verify certificates', async () => {
    const receiver = await holdTlsReceiver(authority.issue('IP:127.0.0.1'));
    // In a process of its own, because Node reads the variable there, and not in the environment that Jest shows us.
    const script = `
      import { OutboundClient } from './dist/src/notifications/outbound/outbound-client.js';
      const client = new OutboundClient({ allowedNetworks: ['127.0.0.0/8'], clock: { millis: () => 0 } });
      const request = { url: 'https://127.0.0.1:${receiver.port}/', headers: {}, body: '{}' };
      console.log(JSON.stringify(await client.post(request, new AbortController().signal)));
    `;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', script],
      { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    );
    expect(JSON.parse(stdout)).toEqual(invalid('UNABLE_TO_VERIFY_LEAF_SIGNATURE'));
  });
});

describe('TLS', () => {
  it('fails against a receiver that only speaks http', async () => {
    const receiver = await holdReceiver((_, response) => response.end(), { host: '127.0.0.1' });
    expect(await post(await trustingClient(), receiver, HOST)).toEqual({
      kind: 'unreachable',
      reason: expect.stringMatching(/^TLS handshake failed: (EPROTO|ERR_SSL_[A-Z0-9_]+)$/),
      ...DURATION,
    });
  });

  it('is given up after the deadline if the receiver does not answer the handshake', async () => {
    const server = createServer((socket) => void socket.resume().on('error', () => undefined));
    await hold(new Promise<void>((done) => server.listen(0, '127.0.0.1', done)), () => server.close());
    const client = await trustingClient({ deadlineMs: 100 });
    expect(await post(client, server.address() as AddressInfo, HOST)).toEqual({
      kind: 'unreachable',
      reason: 'timed out',
      ...DURATION,
    });
  });
});

function trustingClient(options: { readonly deadlineMs?: number } = {}): Promise<OutboundClient> {
  return holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'], resolver, ca: authority.ca, ...options });
}

function holdTlsReceiver(tls: TestCertificate): Promise<Receiver> {
  return holdReceiver((_, response) => response.end(), { tls, host: '127.0.0.1' });
}

function post(client: OutboundClient, { port }: { readonly port: number }, host: string) {
  return client.post({ url: `https://${host}:${port}/secret-path`, headers: {}, body: '{}' }, never);
}

function invalid(code: string) {
  return { kind: 'unreachable', reason: `certificate is not valid: ${code}`, ...DURATION };
}
