import { describe, expect, it } from '@jest/globals';
import { sliceOf } from './paging.js';

const rows = (...ids: string[]) => ids.map((id) => ({ id }));

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
});
