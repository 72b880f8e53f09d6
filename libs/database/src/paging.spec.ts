import { describe, expect, it } from '@jest/globals';
import { sliceOf } from './paging.js';

const rows = (...ids: string[]) => ids.map((id) => ({ id }));

describe('sliceOf', () => {
  it('knows from one row more that the list goes on', () => {
    expect(sliceOf(rows('a', 'b', 'c'), { limit: 2, position: null })).toEqual({
      items: rows('a', 'b'),
      hasNext: true,
      hasPrevious: false,
    });
  });

  it('turns a page that was read backwards into the order of the list', () => {
    expect(sliceOf(rows('c', 'b', 'a'), { limit: 2, position: { direction: 'before', id: 'd' } })).toEqual({
      items: rows('b', 'c'),
      hasNext: true,
      hasPrevious: true,
    });
  });
});
