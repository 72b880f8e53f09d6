/** Graphemes don't depend on the language (UAX #29). */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Every character of these is a grapheme. Segmenting takes a hundred times as long as finding out. */
const PLAIN = /^[\x20-\x7e]*$/;

/** The number of characters as people count them, which may consist of several code points each. */
export function countGraphemes(text: string): number {
  if (PLAIN.test(text)) {
    return text.length;
  }
  let count = 0;
  for (const _ of segmenter.segment(text)) {
    count += 1;
  }
  return count;
}

/** The first `count` graphemes. Never cuts one of them, such as an emoji made of several. */
export function firstGraphemes(text: string, count: number): string {
  let end = 0;
  let left = count;
  for (const { index, segment } of segmenter.segment(text)) {
    if (left === 0) {
      break;
    }
    left -= 1;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
