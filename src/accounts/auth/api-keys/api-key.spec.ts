import { describe, expect, it } from '@jest/globals';
import { isApiKey, newApiKey } from './api-key.js';

describe('an API key', () => {
  it('has a prefix that says where it works, 32 random characters and a checksum', () => {
    expect(newApiKey('live')).toMatch(/^gh_live_[0-9A-Za-z]{38}$/);
    expect(newApiKey('test')).toMatch(/^gh_test_[0-9A-Za-z]{38}$/);
    expect(new Set(Array.from({ length: 1000 }, () => newApiKey('live'))).size).toBe(1000);
  });

  it('ends in the CRC-32 of what precedes it, in base62 with leading zeros', () => {
    // Computed with Python's zlib.crc32: 0x7fdd0aa2 and 0x00d4e81b.
    expect(isApiKey('gh_live_000000000000000000000000000000002LB0ao')).toBe(true);
    expect(isApiKey('gh_test_0000000000000000000000000000006300wXpD')).toBe(true);
    for (let time = 0; time < 1000; time += 1) {
      expect(isApiKey(newApiKey('test'))).toBe(true);
    }
  });

  it('is recognized only if no character was changed', () => {
    const key = newApiKey('live');
    for (let at = 0; at < key.length; at += 1) {
      const other = key[at] === 'A' ? 'B' : 'A';
      expect(isApiKey(key.slice(0, at) + other + key.slice(at + 1))).toBe(false);
    }
    for (const text of ['', key.slice(1), `${key}0`, key.toUpperCase(), ` ${key}`, `${key}\n`]) {
      expect(isApiKey(text)).toBe(false);
    }
  });
});
