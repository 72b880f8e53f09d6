import { describe, expect, it } from '@jest/globals';
import { isVisibleName } from './display-name.js';

describe('isVisibleName', () => {
  it.each([
    'Ada Lovelace',
    "O'Neill",
    'Ümit',
    'E\u0301mile',
    '李小龍',
    '葛\u{e0100}城',
    '홍길동',
    'نگار علی‌رضا',
    'श्री राम',
    'क्‍ष',
    'അനില്‍',
    'ශ්‍රී',
    'שלום \u200f(דוד)\u200f',
    '👩‍👩‍👧‍👦',
    '👩🏽‍💻',
    '❤️‍🔥',
    '🏴‍☠️',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '☺️',
    '1️⃣',
    '100% Otter',
    '\u115f\u1161',
    '<b>',
    '.',
  ])('accepts %j', (name) => {
    expect(isVisibleName(name)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a zero-width space', '\u200b'],
    ['a Hangul filler', '\u3164'],
    ['other fillers', '\uffa0\u115f\u1160'],
    ['a soft hyphen', '\u00ad'],
    ['a word joiner', '\u2060'],
    ['a joiner alone', '\u200d'],
    ['a variation selector alone', '\ufe0f'],
    ['a mark alone', '\u0301'],
    ['a blank braille pattern', '\u2800'],
    ['a private character alone', '\ue000'],
    ['a right-to-left override', 'Ada\u202e'],
    ['an embedding', '\u202aAda\u202c'],
    ['an isolate', '\u2066Ada\u2069'],
    ['a bell', 'Ada\u0007'],
    ['an escape sequence', '\u001b[31mAda'],
    ['a C1 control', 'Ada\u009b31m'],
    ['a line feed', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['a tab', 'a\tb'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a zero-width space in between', 'A\u200bda'],
    ['a Hangul filler in between', 'Ada\u3164Lovelace'],
    ['a byte order mark in between', 'A\ufeffda'],
    ['a joiner between Latin letters', 'A\u200dda'],
    ['a non-joiner between Latin letters', 'A\u200cda'],
    ['a joiner before a space', '👩\u200d b'],
    ['hidden tags', 'Ada\u{e0041}\u{e0064}'],
    ['an interlinear annotation', 'A\ufff9d\ufffaa\ufffb'],
    ['a noncharacter', 'Ada\uffff'],
  ])('rejects %s', (_, name) => {
    expect(isVisibleName(name)).toBe(false);
  });
});
