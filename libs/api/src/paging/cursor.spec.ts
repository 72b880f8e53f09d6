import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyRing, MacFactory } from '#libs/crypto';
import { sliceOf } from '#libs/database';
import { Cursors } from './cursor.js';

const cursors = new Cursors(new MacFactory(new KeyRing([{ id: 'k1', bytes: randomBytes(32) }])));
const [A, B, C] = ['a', 'b', 'c'].map((digit) => `0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a1${digit}`) as [
  string,
  string,
  string,
];
const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const query = (cursor?: string) => ({ limit: 2, total: false, ...(cursor === undefined ? {} : { cursor }) });

describe('Cursors', () => {
  const slice = sliceOf(rows(A, B, C), { limit: 2, position: null });

  it('returns the position only for the list it was issued for', () => {
    const { nextCursor } = cursors.page(slice, 'users:x');
    const cursor = String(nextCursor);
    expect(cursors.read(query(cursor), 'users:x').position).toEqual({ direction: 'after', id: B });
    expect(() => cursors.read(query(cursor), 'users:y')).toThrow(
      expect.objectContaining({ code: 'invalid-cursor' }),
    );
  });

  it.each(['', 'x', 'v1.k1.AAAA', '{"id":1}'])('rejects "%s"', (cursor) => {
    expect(() => cursors.read(query(cursor), 'users:x')).toThrow(
      expect.objectContaining({ code: 'invalid-cursor' }),
    );
  });

  it('returns the same cursor for the same position', () => {
    expect(cursors.page(slice, 'users:x')).toEqual(cursors.page(slice, 'users:x'));
  });

  it('rejects a cursor with any character changed', () => {
    const cursor = String(cursors.page(slice, 'users:x').nextCursor);
    for (let at = 0; at < cursor.length; at += 1) {
      const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      expect(() => cursors.read(query(changed), 'users:x')).toThrow(
        expect.objectContaining({ code: 'invalid-cursor' }),
      );
    }
  });

  it('returns no cursor at either end of the list', () => {
    const whole = sliceOf(rows(A), { limit: 2, position: null });
    expect(cursors.page(whole, 'l')).toEqual({ nextCursor: null, previousCursor: null });
  });
});
