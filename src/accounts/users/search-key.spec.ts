import { describe, expect, it } from '@jest/globals';
import { searchKey } from './search-key.js';

describe('searchKey', () => {
  it.each([
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς', 'Οδυσσεύς'.normalize('NFD').replaceAll('\u0301', '')],
    ['İstanbul', 'istanbul', 'ISTANBUL', 'ıstanbul', 'I\u0307stanbul'],
    ['Émile', 'E\u0301MILE', 'émile'],
    ['STRASSE', 'straße', 'STRAẞE', 'Strasse'],
    ['ﬁona', 'FIONA', 'Ｆｉｏｎａ'],
    ['Ǆ', 'ǅ', 'ǆ', 'DŽ'],
    ['ΐ', 'Ϊ́', '\u03b9\u0308\u0301'],
    ['ᾳ', 'ΑΙ', 'ᾼ'],
    ['ſam', 'SAM'],
    ['K', '\u212a'],
    ['Å', '\u212b', 'A\u030a'],
    ['각', '\u1100\u1161\u11a8'],
    ['علی‌رضا', 'علیرضا'],
    ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
    ['Ada Lovelace', ' ada  LOVELACE', 'Ada\u00a0Lovelace'],
  ])('is the same for %s and what it is compared with', (...names) => {
    expect(new Set(names.map(searchKey)).size).toBe(1);
  });

  it('keeps different letters apart', () => {
    expect(searchKey('E')).not.toBe(searchKey('É'));
    expect(searchKey('и')).not.toBe(searchKey('й'));
  });

  it('is the same for every case and composition of every character, and for its own result', () => {
    const different = everyCharacter()
      .map((character) => [character, variantsOf(character)] as const)
      .filter(([character, variants]) => variants.some((variant) => variant !== character))
      // A letter in front, because white space at the beginning is removed.
      .filter(([character, variants]) => {
        const key = searchKey(`x${character}`);
        return searchKey(key) !== key || variants.some((variant) => searchKey(`x${variant}`) !== key);
      });
    expect(different).toEqual([]);
  }, 60_000);

  it('starts with the key of the beginning of a name', () => {
    for (const name of ['ΟΔΥΣΣΕΥΣ', 'İstanbul', 'Straße', 'Émile']) {
      for (let end = 1; end <= name.length; end += 1) {
        expect(searchKey(name).startsWith(searchKey(name.slice(0, end)))).toBe(true);
      }
    }
  });

  it('is bounded, and never ends in half of a character', () => {
    expect([...searchKey('ﷺ'.repeat(1_000))].length).toBeLessThanOrEqual(255);
    for (const name of ['😀'.repeat(500), `x${'😀'.repeat(500)}`]) {
      expect(searchKey(name).isWellFormed()).toBe(true);
      expect([...searchKey(name)]).toHaveLength(255);
    }
  });
});

function everyCharacter(): string[] {
  const characters = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code));
  return characters.filter((character) => character.isWellFormed());
}

function variantsOf(character: string): string[] {
  const [upper, lower] = [character.toUpperCase(), character.toLowerCase()];
  return [
    upper,
    lower,
    ...[upper, lower].flatMap((cased) => [cased.normalize('NFD'), cased.normalize('NFKC')]),
  ];
}
