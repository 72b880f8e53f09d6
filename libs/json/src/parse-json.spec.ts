import { describe, expect, it } from '@jest/globals';
import type { Problem } from '#libs/problem';
import { parseJson } from './parse-json.js';

function problemOf(body: string | Buffer): Problem {
  try {
    parseJson(Buffer.from(body));
  } catch (error) {
    return error as Problem;
  }
  throw new Error('the body was accepted');
}

describe('parseJson', () => {
  it('parses JSON and treats an empty body as none', () => {
    expect(parseJson(Buffer.from('{"a":[1,"ü",null]}'))).toEqual({ a: [1, 'ü', null] });
    expect(parseJson(Buffer.alloc(0))).toBeUndefined();
  });

  it.each([
    ['broken JSON', '{"a":'],
    ['broken UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['an overlong UTF-8 encoding of a slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ])('reports %s as malformed', (_, body) => {
    expect(problemOf(body).code).toBe('malformed-request');
  });

  it.each([
    ['a NUL in a value', '{"a":{"b/c":"x\\u0000"}}', '/a/b~1c', 'unstorable'],
    ['a lone surrogate in a list', '["ok","\\ud800"]', '/1', 'unstorable'],
    ['a NUL in a name', '{"a\\u0000":1}', '/a\uFFFD', 'unstorable'],
    ['a prototype', '{"__proto__":{"admin":true}}', '/__proto__', 'unknown-member'],
    ['a nested prototype', '{"a":{"__proto__":1}}', '/a/__proto__', 'unknown-member'],
    ["a constructor's prototype", '{"constructor":{"prototype":{}}}', '/constructor', 'unknown-member'],
  ])('points at %s', (_, body, pointer, code) => {
    expect(problemOf(body).occurrence.errors).toEqual([expect.objectContaining({ pointer, code })]);
  });

  it.each([
    ['12345678901234567890', '/a/0/b'],
    ['-12345678901234567890', '/a/0/b'],
    ['9007199254740993', '/a/0/b'],
    ['-9007199254740993', '/a/0/b'],
    ['10000000000000000000000000', '/a/0/b'],
    ['1e400', '/a/0/b'],
    ['-1e400', '/a/0/b'],
  ])('rejects %s, which no double can hold', (number, pointer) => {
    const { errors } = problemOf(`{"a":[{"b":${number},"c":1}]}`).occurrence;
    expect(errors).toEqual([expect.objectContaining({ pointer, code: 'out-of-range' })]);
  });

  it.each([
    ['9007199254740992', 2 ** 53],
    ['-9007199254740992', -(2 ** 53)],
    ['0.12345678901234567890', 0.12345678901234568],
    ['12345678901234567890.5', 12345678901234567000],
    ['1e300', 1e300],
    ['"12345678901234567890"', '12345678901234567890'],
  ])('accepts %s', (json, value) => {
    expect(parseJson(Buffer.from(`{"a":${json}}`))).toEqual({ a: value });
    expect(parseJson(Buffer.from(`{"12345678901234567890":${json}}`))).toEqual({
      '12345678901234567890': value,
    });
  });

  it('rejects a member that would change a prototype even next to a long number', () => {
    const { errors } = problemOf('{"__proto__":{"a":1},"b":1234567890123456.5}').occurrence;
    expect(errors).toEqual([expect.objectContaining({ pointer: '/__proto__', code: 'unknown-member' })]);
  });

  it('rejects nesting that would overflow the stack of a recursive walk', () => {
    const depth = 50_000;
    expect(problemOf('['.repeat(depth) + ']'.repeat(depth)).occurrence.errors).toEqual([
      expect.objectContaining({ code: 'too-deep' }),
    ]);
  });

  it('limits the number of errors it reports', () => {
    const key = 'k'.repeat(30_000);
    const { errors = [] } = problemOf(JSON.stringify({ [key]: Array(3000).fill('\0') })).occurrence;
    expect(errors).toHaveLength(20);
    expect(Math.max(...errors.map(({ pointer }) => pointer.length))).toBeLessThanOrEqual(256);
  });

  it('does not cut a pointer in the middle of a character', () => {
    const { errors = [] } = problemOf(JSON.stringify({ ['😀'.repeat(200)]: '\0' })).occurrence;
    expect(errors.map(({ pointer }) => pointer.isWellFormed())).toEqual([true]);
  });

  it('accepts a harmless member named constructor', () => {
    expect(parseJson(Buffer.from('{"constructor":"Ada"}'))).toEqual({ constructor: 'Ada' });
  });
});
