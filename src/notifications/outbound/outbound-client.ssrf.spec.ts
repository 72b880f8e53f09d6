import { describe, expect, it } from '@jest/globals';
import { freePort } from '#tools/embedded';
import { useFixture } from '../../../test/support/fixture.js';
import { holdReceiver } from '../../../test/support/receiver.js';
import { holdOutboundClient, resolverOf } from '../../../test/support/outbound-client.js';
import type { Resolver } from './checked-lookup.js';
import type { OutboundClient } from './outbound-client.js';

const REFUSED = { kind: 'refused', reason: 'the address is not allowed' };
const never = new AbortController().signal;

/** What attackers' names resolve to. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'loopback.example': ['127.0.0.1'],
  'loopback6.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'zone.example': ['fe80::1%lo'],
  'bad-first.example': ['127.0.0.1', '93.184.216.34'],
  'bad-last.example': ['93.184.216.34', '2606:4700:4700::1111', '127.0.0.1'],
  'unspecified.example': ['0.0.0.0'],
  'garbage.example': ['127.1'],
  localhost: ['127.0.0.1'],
  'api.localhost': ['127.0.0.1'],
};

describe('An attacker who chooses the URL', () => {
  const victim = useFixture(() => holdReceiver((_, response) => response.end('secret')));

  const TARGETS = [
    '127.0.0.1',
    '127.0.0.2',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '0x7f.1',
    '0x7f.0x0.0x0.0x1',
    '0x7f000001',
    '0X7F.0.0.1',
    '00000177.0.0.1',
    '１２７.０.０.１',
    '127。0。0。1',
    '127%2e0%2e0%2e1',
    '0',
    '0.0.0.0',
    '0x0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '0xa9fea9fe',
    '168.63.129.16',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:a9fe:a9fe]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[fd00::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'api.localhost',
    'ⓛocalhost',
    ...Object.keys(NAMES),
    'Loopback.Example',
    'loopback.example.',
    'example.com@127.0.0.1',
    'example.com:443@127.0.0.1',
    '127.0.0.1:80@127.0.0.1',
    '@127.0.0.1',
    'example.com\\@127.0.0.1',
  ];

  it.each(TARGETS.flatMap((host) => ['https', 'http'].map((scheme) => [`${scheme}://${host}`])))(
    'reaches nothing with %s',
    async (url) => {
      const client = await holdOutboundClient({ resolver: resolverOf(NAMES), deadlineMs: 1000 });
      expect(await post(client, `${url}:${victim.port}/admin`)).toEqual(REFUSED);
      expect(await victim.countOthers()).toBe(0);
    },
  );

  it('would reach the victim with the same client if the operator allowed it', async () => {
    const receiver = await holdReceiver((_, response) => response.end());
    const client = await holdOutboundClient({
      allowedNetworks: ['127.0.0.0/8'],
      resolver: resolverOf(NAMES),
    });
    for (const host of ['2130706433', 'loopback.example', 'localhost']) {
      expect(await post(client, `http://${host}:${receiver.port}/`)).toMatchObject({ status: 200 });
    }
  });

  it('learns nothing about ports from the answer, because both are the same', async () => {
    const client = await holdOutboundClient({ resolver: resolverOf(NAMES) });
    const closed = await freePort();
    for (const host of ['127.0.0.1', 'loopback.example']) {
      const answers = [victim.port, closed].map((port) => post(client, `https://${host}:${port}/`));
      expect(await Promise.all(answers)).toEqual([REFUSED, REFUSED]);
    }
  });

  it('may not use plain http for a public address or name', async () => {
    const client = await holdOutboundClient({
      resolver: resolverOf({ 'public.example': ['93.184.216.34'] }),
    });
    expect(await post(client, 'http://93.184.216.34/')).toEqual(REFUSED);
    expect(await post(client, 'http://public.example/')).toEqual(REFUSED);
  });

  it('may not mix allowed and public addresses in plain http', async () => {
    const resolver = resolverOf({ 'mixed.example': ['127.0.0.1', '93.184.216.34'] });
    const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'], resolver });
    expect(await post(client, `http://mixed.example:${victim.port}/`)).toEqual(REFUSED);
  });

  it('cannot have a redirect to a private address followed', async () => {
    const location = `http://127.0.0.1:${victim.port}/`;
    const redirector = await holdReceiver((_, response) => response.writeHead(307, { location }).end());
    const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'] });
    expect(await post(client, `http://127.0.0.1:${redirector.port}/`)).toMatchObject({
      kind: 'answered',
      status: 307,
    });
    expect(await victim.countOthers()).toBe(0);
  });

  it('cannot rebind a name after it was checked, because each connection resolves it once', async () => {
    const receiver = await holdReceiver((_, response) => response.setHeader('connection', 'close').end());
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const resolver: Resolver = (_, __, done) =>
      done(null, answers.shift()?.map((address) => ({ address, family: 4 })) ?? []);
    const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.1/32'], resolver });
    const url = `http://rebound.example:${receiver.port}/`;
    expect(await post(client, url)).toMatchObject({ status: 200 });
    expect(answers).toHaveLength(1);
    expect(await post(client, url)).toEqual(REFUSED);
    expect(answers).toHaveLength(0);
    expect(receiver.connections).toEqual([expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/)]);
  });

  it('is asked for the name in the URL with all of its addresses', async () => {
    const asked: unknown[] = [];
    const resolver: Resolver = (hostname, options, done) => {
      asked.push([hostname, options]);
      done(null, [{ address: '10.0.0.1', family: 4 }]);
    };
    await post(await holdOutboundClient({ resolver }), 'https://Hooks.Example./path');
    expect(asked).toEqual([['hooks.example', { all: true, verbatim: true }]]);
  });
});

it('localhost is refused by the resolver of the system, too', async () => {
  const client = await holdOutboundClient();
  expect(await post(client, 'https://localhost/')).toEqual(REFUSED);
});

function post(client: OutboundClient, url: string) {
  return client.post({ url, headers: {}, body: '{}' }, never);
}
