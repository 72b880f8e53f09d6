import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyRing } from './key-ring.js';
import { SealBrokenError, Sealer } from './sealer.js';

const key = (id: string) => ({ id, bytes: randomBytes(32) });

describe('Sealer', () => {
  const old = key('old');
  const sealer = new Sealer(new KeyRing([old]));

  it('opens what it sealed in the same context', () => {
    expect(sealer.open(sealer.seal('grüße', 'row:1'), 'row:1')).toBe('grüße');
  });

  it('does not open in another context, so ciphertexts cannot be swapped between rows', () => {
    const sealed = sealer.seal('a', 'row:1');
    expect(() => sealer.open(sealed, 'row:2')).toThrow(SealBrokenError);
  });

  it.each([
    ['a changed byte', (text: string) => `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`],
    ['a truncated text', (text: string) => text.slice(0, -8)],
    ['another format', (text: string) => text.replace('v1.', 'v2.')],
    ['an unknown key', (text: string) => text.replace('.old.', '.new.')],
    ['an extra part', (text: string) => `${text}.x`],
    ['an empty text', () => ''],
  ])('rejects %s', (_, change) => {
    expect(() => sealer.open(change(sealer.seal('text', 'c')), 'c')).toThrow(SealBrokenError);
  });

  it('seals the same text differently each time', () => {
    expect(sealer.seal('a', 'c')).not.toBe(sealer.seal('a', 'c'));
  });

  it('opens text sealed with an older key and seals with the first', () => {
    const rotated = new Sealer(new KeyRing([key('new'), old]));
    expect(rotated.open(sealer.seal('a', 'c'), 'c')).toBe('a');
    expect(rotated.seal('a', 'c')).toMatch(/^v1\.new\./);
  });
});
