import { describe, expect, it } from '@jest/globals';
import { preferredCoding } from './content-coding.js';

describe('the content coding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, gzip;q=0', 'br'],
    ['br;q=0.2, identity', 'identity'],
    ['identity;q=0', 'br'],
    ['deflate', 'identity'],
    ['br;q=none', 'identity'],
    [';;,,', 'identity'],
  ])('for Accept-Encoding: %s is %s', (header, coding) => {
    expect(preferredCoding(header)).toBe(coding);
  });
});
