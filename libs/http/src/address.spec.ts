import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { addressOf, canonicalAddress } from './address.js';

describe('canonicalAddress', () => {
  it.each([
    ['203.0.113.8', '203.0.113.8'],
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['::FFFF:203.0.113.8', '203.0.113.8'],
    ['::ffff:cb00:7108', '203.0.113.8'],
    ['0:0:0:0:0:ffff:cb00:7108', '203.0.113.8'],
    ['0000:0000:0000:0000:0000:ffff:203.0.113.8', '203.0.113.8'],
    ['::ffff:cb00:7108%eth0', '203.0.113.8'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['64:ff9b::203.0.113.8', '64:ff9b::cb00:7108'],
    ['::fffe:cb00:7108', '::fffe:cb00:7108'],
    ['', ''],
  ])('spells %s as %s', (address, spelling) => {
    expect(canonicalAddress(address)).toBe(spelling);
    expect(canonicalAddress(spelling)).toBe(spelling);
  });
});

describe('addressOf', () => {
  it.each([
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['203.0.113.8:4711', '203.0.113.8'],
    ['[::ffff:cb00:7108]:4711', '203.0.113.8'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['unknown', '192.0.2.1'],
    ['unknown:80', '192.0.2.1'],
    ['[unknown]:80', '192.0.2.1'],
    ['', '192.0.2.1'],
  ])('of a request from %j is %s', (ip, address) => {
    const request = { ip, socket: { remoteAddress: '::ffff:192.0.2.1' } } as unknown as FastifyRequest;
    expect(addressOf(request)).toBe(address);
  });
});
