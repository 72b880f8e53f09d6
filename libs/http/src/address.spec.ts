import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { addressOf, canonicalAddress } from './address.js';
import { TrustedProxies } from './trusted-proxies.js';

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
    const socket = { remoteAddress: '::ffff:192.0.2.1' };
    const request = { ip, headers: {}, server: {}, socket } as unknown as FastifyRequest;
    expect(addressOf(request)).toBe(address);
  });

  it.each([
    ['for=203.0.113.8', '203.0.113.8'],
    ['FOR="203.0.113.8:4711";proto=https', '203.0.113.8'],
    ['for="[2001:DB8::1]:4711"', '2001:db8::1'],
    ['proto=https;for="[2001:db8::2]:_port";by=_us', '2001:db8::2'],
    ['for="[::ffff:203.0.113.8]"', '203.0.113.8'],
    ['for=198.51.100.1, for=203.0.113.8', '203.0.113.8'],
    ['for=203.0.113.8, for=10.0.0.2;host="a,b;for=198.51.100.1"', '203.0.113.8'],
    ['for=198.51.100.1, for=203.0.113.8, for="[fd00::1]:80"', '203.0.113.8'],
    // A client that tries to swallow what the proxy has appended.
    ['for=198.51.100.1;host=", for=203.0.113.8', '203.0.113.8'],
    ['for="198.51.100.1\\", for=203.0.113.8', '203.0.113.8'],
    ['for=203.0.113.8;host="a\\"b"', '203.0.113.8'],
    ['for=unknown', '10.0.0.1'],
    ['for=_hidden, for=10.0.0.2', '10.0.0.1'],
    ['for=203.0.113.8, for="_hidden:80"', '10.0.0.1'],
    ['for=203.0.113.8;for=198.51.100.1', '10.0.0.1'],
    ['for=[2001:db8::1', '10.0.0.1'],
    ['for=010.0.0.1', '10.0.0.1'],
    ['by=203.0.113.8', '10.0.0.1'],
    ['', '10.0.0.1'],
    ['for=10.0.0.3, for=10.0.0.2', '10.0.0.3'],
  ])('behind a trusted proxy that sends Forwarded: %s is %s', (forwarded, address) => {
    const trustedProxies = new TrustedProxies(['10.0.0.0/8', 'fd00::1/64']);
    const socket = { remoteAddress: '::ffff:10.0.0.1' };
    const request = { ip: '::ffff:10.0.0.1', headers: { forwarded }, server: { trustedProxies }, socket };
    expect(addressOf(request as unknown as FastifyRequest)).toBe(address);
  });

  it('of a peer that is no trusted proxy is its own', () => {
    const trustedProxies = new TrustedProxies(['10.0.0.0/8']);
    const [ip, forwarded] = ['192.0.2.1', 'for=203.0.113.8'];
    const request = { ip, headers: { forwarded }, server: { trustedProxies }, socket: { remoteAddress: ip } };
    expect(addressOf(request as unknown as FastifyRequest)).toBe(ip);
  });
});
