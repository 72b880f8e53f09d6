import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashToken, KeyRing, MacFactory } from '#libs/crypto';
import { RefreshTokenCodec } from './refresh-token.js';

const key = (id: string) => ({ id, bytes: randomBytes(32) });
const source = { id: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10', seed: 'seed' };

describe('RefreshTokenCodec', () => {
  const old = key('old');
  const codec = new RefreshTokenCodec(new MacFactory(new KeyRing([old])));

  it('decodes session and generation of a token it issued, and verifies it', () => {
    const presented = codec.parse(codec.issue(source, 7));
    expect(presented).toMatchObject({ sessionId: source.id, generation: 7 });
    expect(presented && codec.isGenuine(presented, source)).toBe(true);
  });

  it('derives the same successor every time', () => {
    expect(codec.issue(source, 8)).toBe(codec.issue(source, 8));
    expect(codec.issue(source, 8)).not.toBe(codec.issue(source, 9));
  });

  it('does not verify a token made with another seed or key', () => {
    const stranger = new RefreshTokenCodec(new MacFactory(new KeyRing([key('old')])));
    for (const token of [codec.issue({ ...source, seed: 'other' }, 7), stranger.issue(source, 7)]) {
      const presented = codec.parse(token);
      expect(presented && codec.isGenuine(presented, source)).toBe(false);
    }
  });

  it('finds the successor after a key rotation', () => {
    const issued = codec.issue(source, 8);
    const rotated = new RefreshTokenCodec(new MacFactory(new KeyRing([key('new'), old])));
    expect(rotated.reissue(source, 8, hashToken(issued))).toBe(issued);
    expect(rotated.reissue(source, 8, hashToken('another'))).toBeUndefined();
  });

  it.each(['', 'short', 'x'.repeat(71), `${'x'.repeat(69)}!`])('does not decode "%s"', (text) => {
    expect(codec.parse(text)).toBeUndefined();
  });
});
