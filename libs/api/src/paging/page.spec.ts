import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyRing, Sealer } from '#libs/crypto';
import { CursorCodec, type Position } from './cursor.js';
import { cursorsOf, sliceOf } from './page.js';

const codec = new CursorCodec(new Sealer(new KeyRing([{ id: 'k1', bytes: randomBytes(32) }])));
const rows = (...ids: string[]) => ids.map((id) => ({ id }));

describe('CursorCodec', () => {
  const position: Position = { direction: 'after', id: 'a' };

  it('returns the position only for the list it was issued for', () => {
    const cursor = codec.encode(position, 'users:x');
    expect(codec.decode(cursor, 'users:x')).toEqual(position);
    expect(() => codec.decode(cursor, 'users:y')).toThrow(
      expect.objectContaining({ code: 'invalid-cursor' }),
    );
  });

  it.each(['', 'x', 'v1.k1.AAAA', '{"id":1}'])('rejects "%s"', (cursor) => {
    expect(() => codec.decode(cursor, 'users:x')).toThrow(
      expect.objectContaining({ code: 'invalid-cursor' }),
    );
  });
});

describe('sliceOf', () => {
  it('uses one extra row to detect another page', () => {
    expect(sliceOf(rows('a', 'b', 'c'), { limit: 2, position: null })).toEqual({
      items: rows('a', 'b'),
      hasNext: true,
      hasPrevious: false,
    });
  });

  it('restores the order of a page that was read backwards', () => {
    expect(sliceOf(rows('c', 'b', 'a'), { limit: 2, position: { direction: 'before', id: 'd' } })).toEqual({
      items: rows('b', 'c'),
      hasNext: true,
      hasPrevious: true,
    });
  });

  it('returns no cursor at either end of the list', () => {
    const slice = sliceOf(rows('a'), { limit: 2, position: null });
    expect(cursorsOf(slice, codec, 'l')).toEqual({ nextCursor: null, previousCursor: null });
  });
});
