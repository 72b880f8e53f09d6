import { describe, expect, it } from '@jest/globals';
import { displayName } from './recipient-name.js';

describe('displayName', () => {
  it.each(['Ada Lovelace', "O'Neill", 'Jürgen', '李小龍', 'St. Ada'])('keeps %s', (name) => {
    expect(displayName(name)).toBe(name);
  });

  it.each([
    'http://evil.example',
    'Win at www.evil',
    'visit evil.com',
    'eve@example.com',
    'a/b',
    '<b>',
    'a<b',
    'a>b',
    'a\\b',
    'www.x',
    'WWW.X',
  ])('drops %s, which looks like an advertisement', (name) => {
    expect(displayName(name)).toBe('');
  });

  it.each([
    '=?utf-8?Q?Win_at_evil=2Eexample=2Fwin?=',
    'Ada =?utf-8?B?ZXZpbC5leGFtcGxl?=',
    'выигрыш.рф',
    'भारत.भारत',
    'evil。example',
    'evil．example',
    'evil｡example',
    'ｅｖｉｌ．ｅｘａｍｐｌｅ',
    'eve＠evil',
    'a／b',
    'evil.xn--p1ai',
    'evil.\u200bexample',
    'evil\u00ad.ex\u2060ample',
    'evil.e\u200dx',
    '203.0.113.7',
    '1.1.1.1',
  ])('drops %j, which mail clients or people read as a link or an address', (name) => {
    expect(displayName(name)).toBe('');
  });

  it.each([
    '👩‍👩‍👧‍👦',
    'علی‌رضا',
    'അനില്‍',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    'שלום \u200f(דוד)\u200f',
    'J.R.R. Tolkien',
    'Анна К.',
    'Sammy Davis, Jr.',
    `${'x'.repeat(63)}😀`,
  ])('keeps %j unharmed', (name) => {
    expect(displayName(name)).toBe(name);
  });

  it('cuts between characters as people see them', () => {
    expect(displayName('👩‍👩‍👧‍👦'.repeat(65))).toBe('👩‍👩‍👧‍👦'.repeat(64));
    expect(displayName(`${'x'.repeat(63)}e\u0301e`)).toBe(`${'x'.repeat(63)}e\u0301`);
  });

  it.each([
    ['Ada\u202eLovelace', 'Ada Lovelace'],
    ['Ada\u2066\u0007', 'Ada'],
    ['Ada\r\nBcc: eve', 'Ada Bcc: eve'],
  ])('takes what reorders or breaks the line out of %j', (name, left) => {
    expect(displayName(name)).toBe(left);
  });

  it('truncates long names and accepts a missing one', () => {
    expect(displayName('x'.repeat(500))).toHaveLength(64);
    expect(displayName(null)).toBe('');
    expect(displayName(`${'x'.repeat(63)} y`)).toBe('x'.repeat(63));
    expect(displayName('  Ada ')).toBe('Ada');
  });
});
