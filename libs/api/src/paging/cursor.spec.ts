import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyRing, Sealer } from '#libs/crypto';
import { sliceOf } from '#libs/database';
import { Cursors } from './cursor.js';

const cursors = new Cursors(new Sealer(new KeyRing([{ id: 'k1', bytes: randomBytes(32) }])));
const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const query = (cursor?: string) => ({ limit: 2, total: false, ...(cursor === undefined ? {} : { cursor }) });

describe('Cursors', () => {
  const slice = sliceOf(rows('a', 'b', 'c'), { limit: 2, position: null });

  it('returns the position only for the list it was issued for', () => {
    const { nextCursor } = cursors.page(slice, 'users:x');
    const cursor = String(nextCursor);
    expect(cursors.read(query(cursor), 'users:x').position).toEqual({ direction: 'after', id: 'b' });
    expect(() => cursors.read(query(cursor), 'users:y')).toThrow(
      expect.objectContaining({ code: 'invalid-cursor' }),
    );
  });

  it.each(['', 'x', 'v1.k1.AAAA', '{"id":1}'])('rejects "%s"', (cursor) => {
    expect(() => cursors.read(query(cursor), 'users:x')).toThrow(
      expect.objectContaining({ code: 'invalid-cursor' }),
    );
  });

  it('returns no cursor at either end of the list', () => {
    const whole = sliceOf(rows('a'), { limit: 2, position: null });
    expect(cursors.page(whole, 'l')).toEqual({ nextCursor: null, previousCursor: null });
  });
});
