import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { BlindIndex, commonIndex } from './blind-index.js';
import { KeyRing } from './key-ring.js';

const key = (id: string) => ({ id, bytes: randomBytes(32) });

describe('BlindIndex', () => {
  const old = key('old');
  const index = new BlindIndex(new KeyRing([old]));

  it('returns the same index for the same value and reveals nothing about it', () => {
    expect(index.compute('ada@acme.com', 'email')).toBe(index.compute('ada@acme.com', 'email'));
    expect(index.compute('ada@acme.com', 'email')).not.toContain('ada');
  });

  it('differs between domains and between keys', () => {
    const other = new BlindIndex(new KeyRing([{ ...key('old') }]));
    expect(index.compute('a', 'email')).not.toBe(index.compute('a', 'phone'));
    expect(index.compute('a', 'email')).not.toBe(other.compute('a', 'email'));
  });

  it('searches with every key, so rows indexed with an older key are found', () => {
    const rotated = new BlindIndex(new KeyRing([key('new'), old]));
    expect(rotated.candidates('a', 'email')).toContain(index.compute('a', 'email'));
    expect(rotated.compute('a', 'email')).not.toBe(index.compute('a', 'email'));
  });

  it('agrees on one hash whatever the order of the keys', () => {
    const added = key('new');
    const [one, other] = [
      new BlindIndex(new KeyRing([old, added])),
      new BlindIndex(new KeyRing([added, old])),
    ];
    expect(commonIndex(one.candidates('a', 'email'))).toBe(commonIndex(other.candidates('a', 'email')));
    expect(commonIndex(one.candidates('a', 'email'))).not.toBe(commonIndex(one.candidates('b', 'email')));
    expect([one.hasSeveralKeys, index.hasSeveralKeys]).toEqual([true, false]);
  });
});
