import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { clientOf } from './limit-trackers.js';

describe('the client of a request', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8:1::5:6', '2001:db8:1::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:db8::', '2001:db8::/64'],
    ['1::b:c:d:e:f', '1:0:0:b::/64'],
    ['::a:b:c:d:e', '0:0:0:a::/64'],
    ['::1', '::/64'],
    ['fe80::1:2:3:4%eth0', 'fe80::/64'],
  ])('at %s is %s: an address or a /64 network', (ip, client) => {
    const request = { ip, socket: { remoteAddress: ip }, headers: {} };
    expect(clientOf(request as FastifyRequest)).toBe(client);
  });
});
