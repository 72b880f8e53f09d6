import { describe, expect, it } from '@jest/globals';
import { PostgreSqlPlatform } from '@mikro-orm/postgresql';
import { escapeLiteral } from './driver.js';

describe('a literal', () => {
  const theirs = new PostgreSqlPlatform();

  it.each([
    ['nothing', ''],
    ['plain text', 'Ada'],
    ['quotes', "it's ''quoted'' '"],
    ['backslashes', 'a\\b\\\\ \\'],
    ['both', "\\' or 1=1 -- \\\\'"],
    ['what means something in replacements', "$& $' $` $1 ' \\"],
    ['lines and other characters', 'a\nb\tä😀\u2028'],
    ['JSON', JSON.stringify({ "it's": 'a "\\path"', list: ["'", '\\'] })],
  ])("with %s is the ORM's", (_, text) => {
    expect(escapeLiteral(text)).toBe(theirs.escape(text));
  });

  it("of any characters that matter is the ORM's", () => {
    const characters = ["'", '\\', '"', '$', '&', 'a', ' '];
    for (let seed = 0; seed < 2_000; seed += 1) {
      const text = Array.from(
        { length: seed % 9 },
        (_, at) => characters[(seed * 31 + at * at * 7 + at * seed) % 7],
      ).join('');
      expect(escapeLiteral(text)).toBe(theirs.escape(text));
    }
  });
});
