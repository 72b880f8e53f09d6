import { describe, expect, it } from '@jest/globals';
import { BadNetwork, blocksAround, contains, parseAddress, parseNetwork, textOf } from './network.js';

describe('parseNetwork', () => {
  it.each([
    ['203.0.113.8', '203.0.113.8/32'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255', '255.255.255.255/32'],
    ['128.0.0.0/1', '128.0.0.0/1'],
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['::/0', '::/0'],
    ['::', '::/128'],
    ['::1', '::1/128'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1/128'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
    ['64:ff9b::203.0.113.8', '64:ff9b::cb00:7108/128'],
    ['::ffff:203.0.113.8', '203.0.113.8/32'],
    ['::FFFF:cb00:7100/120', '203.0.113.0/24'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:0:0/95', undefined],
    ['::fffe:0:0/95', '::fffe:0:0/95'],
  ])('spells %s as %s', (text, spelling) => {
    if (spelling === undefined) {
      expect(() => parseNetwork(text)).toThrow(BadNetwork);
    } else {
      expect(textOf(parseNetwork(text))).toBe(spelling);
      expect(parseNetwork(spelling)).toEqual(parseNetwork(text));
    }
  });

  it.each([
    '010.0.0.1',
    '10.1',
    '010.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '1.2.3.256',
    '1.2.3.4.5',
    ' 1.2.3.4',
    '1.2.3.4/',
    '1.2.3.4/33',
    '1.2.3.4/032',
    '1.2.3.4/+8',
    '1.2.3.4/8/8',
    '1.2.3.4/255.255.255.0',
    'fe80::1%eth0',
    'fe80::%eth0/64',
    '::/129',
    '[::1]',
    ':::',
    '1::2::3',
    'example.com',
    '',
    '/8',
  ])('rejects %j', (text) => {
    expect(() => parseNetwork(text)).toThrow(BadNetwork);
  });

  it.each([
    ['203.0.113.8/24', '203.0.113.0/24'],
    ['203.0.113.129/25', '203.0.113.128/25'],
    ['2001:db8::1/64', '2001:db8::/64'],
    ['::ffff:203.0.113.8/120', '203.0.113.0/24'],
    ['1.2.3.4/0', '0.0.0.0/0'],
  ])('rejects %s, and says that %s contains it', (text, block) => {
    expect(() => parseNetwork(text)).toThrow(` contains this address is ${block}`);
  });
});

describe('parseAddress', () => {
  it.each([
    ['::ffff:203.0.113.8', '203.0.113.8/32'],
    ['2001:DB8::1', '2001:db8::1/128'],
  ])('reads %s', (text, spelling) => {
    expect(textOf(parseAddress(text) as never)).toBe(spelling);
  });

  it.each(['', 'unknown', '203.0.113.0/24', 'fe80::1%eth0'])('gives nothing for %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('contains', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '10.0.0.0/7', false],
    ['0.0.0.0/0', '255.0.0.0/8', true],
    ['::/0', '1.2.3.4', false],
    ['2001:db8::/33', '2001:db8:7fff::/48', true],
    ['2001:db8::/33', '2001:db8:8000::/48', false],
  ])('%s contains %s: %s', (block, other, expected) => {
    const isValid = !other.endsWith('/7');
    const inner = isValid ? parseNetwork(other) : { ...parseNetwork('10.0.0.0/8'), prefix: 7 };
    expect(contains(parseNetwork(block), inner)).toBe(expected);
  });
});

describe('blocksAround', () => {
  it('are all that contain the address', () => {
    const blocks = blocksAround(parseNetwork('203.0.113.8')).map(textOf);
    expect(blocks).toHaveLength(33);
    expect(blocks.slice(-9)).toEqual([
      '203.0.113.0/24',
      '203.0.113.0/25',
      '203.0.113.0/26',
      '203.0.113.0/27',
      '203.0.113.0/28',
      '203.0.113.8/29',
      '203.0.113.8/30',
      '203.0.113.8/31',
      '203.0.113.8/32',
    ]);
    expect(blocksAround(parseNetwork('2001:db8::1'))).toHaveLength(129);
  });
});
