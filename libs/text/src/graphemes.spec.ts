import { describe, expect, it } from '@jest/globals';
import { countGraphemes, firstGraphemes } from './graphemes.js';

describe('graphemes', () => {
  it.each([
    ['', 0],
    ['Ada', 3],
    ['e\u0301', 1],
    ['😀', 1],
    ['👩‍👩‍👧‍👦', 1],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', 1],
    ['👨🏻‍❤️‍💋‍👨🏿', 1],
    ['\r\n', 1],
  ])('of %j are counted as people do', (text, count) => {
    expect(countGraphemes(text)).toBe(count);
  });

  it('are never cut', () => {
    expect(firstGraphemes('x😀y', 2)).toBe('x😀');
    expect(firstGraphemes('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 1)).toBe('👩‍👩‍👧‍👦');
    expect(firstGraphemes('e\u0301e', 1)).toBe('e\u0301');
    expect(firstGraphemes('Ada', 5)).toBe('Ada');
    expect(firstGraphemes('Ada', 0)).toBe('');
  });
});
