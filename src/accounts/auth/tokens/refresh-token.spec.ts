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

  it('does not verify a token whose session or generation was changed', () => {
    const another = { ...source, id: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a11' };
    const [token, later, elsewhere] = [
      codec.issue(source, 7),
      codec.issue(source, 8),
      codec.issue(another, 7),
    ];
    for (const [head, presentedTo] of [
      [later, source],
      [elsewhere, another],
    ] as const) {
      // The MAC is the last 43 characters.
      const presented = codec.parse(head.slice(0, -43) + token.slice(-43));
      expect(presented && codec.isGenuine(presented, presentedTo)).toBe(false);
    }
  });

  it('issues the same tokens in every version, so that two can run at once during an update', () => {
    const known = new RefreshTokenCodec(
      new MacFactory(new KeyRing([{ id: 'k', bytes: Buffer.alloc(32, 1) }])),
    );
    expect(known.issue(source, 7)).toBe(
      'AZf5olwefDudUm8dHB9KEAAAAAcoHwbfe6V0o8XltdQ8WaW_3szIq32IVruyu_3w5K8tsw',
    );
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
