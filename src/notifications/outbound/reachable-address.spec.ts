import { describe, expect, it } from '@jest/globals';
import { isReachable, Networks } from './reachable-address.js';

const nothing = new Networks([]);

describe('We may call', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    // Just outside of the special blocks.
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2000::',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80b::200e',
    '3ffe:ffff::1',
  ])('the public address %s', (address) => {
    expect(isReachable(address, nothing)).toBe(true);
  });
});

describe('We may not call', () => {
  it.each([
    ['unspecified', '0.0.0.0'],
    ['this network', '0.255.255.255'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.255.255'],
    ["a carrier's", '100.64.0.1'],
    ['Alibaba Cloud metadata', '100.100.100.200'],
    ["a carrier's", '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['Azure services', '168.63.129.16'],
    ['cloud metadata', '169.254.169.254'],
    ['Amazon task metadata', '169.254.170.2'],
    ['IETF', '192.0.0.1'],
    ['Oracle Cloud metadata', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['AS112', '192.31.196.1'],
    ['AMT', '192.52.193.1'],
    ['6to4 relay', '192.88.99.1'],
    ['AS112', '192.175.48.1'],
    ['benchmarking', '198.18.0.1'],
    ['benchmarking', '198.19.255.255'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['loopback, in full', '0:0:0:0:0:0:0:1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible and public', '::8.8.8.8'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped in hex', '::ffff:7f00:1'],
    ['IPv4-mapped in upper case', '::FFFF:A00:1'],
    ['IPv4-mapped and public', '::ffff:8.8.8.8'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64 and public', '64:ff9b::8.8.8.8'],
    ['local NAT64', '64:ff9b:1::a00:1'],
    ['discard-only', '100::1'],
    ['Teredo', '2001::1'],
    ['benchmarking', '2001:2::1'],
    ['ORCHIDv2', '2001:20::1'],
    ['IETF', '2001:1ff:ffff::'],
    ['documentation', '2001:db8::1'],
    ['6to4 of loopback', '2002:7f00:1::'],
    ['6to4 of a private address', '2002:a00:1::1'],
    ['AS112', '2620:4f:8000::42'],
    ['documentation', '3fff::1'],
    ['unassigned', '4000::1'],
    ['segment routing', '5f00::1'],
    ['unique-local', 'fc00::1'],
    ['Amazon metadata', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%lo'],
    ['loopback with a zone', '::1%lo'],
    ['public with a zone', '2606:4700::1111%lo'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['not an address', 'example.com'],
    ['an odd form of loopback', '0x7f.1'],
    ['a decimal', '2130706433'],
    ['a bracketed address', '[2606:4700:4700::1111]'],
    ['nothing', ''],
  ])('an address that is %s: %s', (_, address) => {
    expect(isReachable(address, nothing)).toBe(false);
  });
});

describe('Networks that an operator allows', () => {
  const allowed = new Networks(['10.1.0.0/16', '127.0.0.1/32', 'fd00:1::/32', '::1/128']);

  it.each(['10.1.2.3', '127.0.0.1', '::ffff:10.1.2.3', '::ffff:a01:203', 'fd00:1::9', '::1', '8.8.8.8'])(
    'make %s reachable',
    (address) => {
      expect(isReachable(address, allowed)).toBe(true);
    },
  );

  it.each(['10.2.0.1', '127.0.0.2', '::ffff:10.2.0.1', 'fd00:2::9', '::2', '::10.1.2.3', '64:ff9b::a01:203'])(
    'do not make %s reachable',
    (address) => {
      expect(isReachable(address, allowed)).toBe(false);
    },
  );

  it('include no address of the other family', () => {
    expect(new Networks(['::/0']).includes('127.0.0.1')).toBe(false);
    expect(new Networks(['0.0.0.0/0']).includes('fd00::1')).toBe(false);
  });

  it.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/8 ',
    'example.com/8',
    '',
  ])('cannot be "%s", which is not a CIDR block', (block) => {
    expect(() => new Networks([block])).toThrow(new TypeError(`"${block}" is not a CIDR block`));
  });
});
