import { describe, expect, it } from '@jest/globals';
import type { Problem } from '#libs/problem';
import { parseJsonBody } from './json-body.js';

function problemOf(body: string | Buffer): Problem {
  try {
    parseJsonBody(Buffer.from(body));
  } catch (error) {
    return error as Problem;
  }
  throw new Error('the body was accepted');
}

describe('parseJsonBody', () => {
  it('parses JSON, and takes an empty body for none', () => {
    expect(parseJsonBody(Buffer.from('{"a":[1,"ü",null]}'))).toEqual({ a: [1, 'ü', null] });
    expect(parseJsonBody(Buffer.alloc(0))).toBeUndefined();
  });

  it.each([
    ['broken JSON', '{"a":'],
    ['broken UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['UTF-8 that hides a slash in two bytes', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ])('answers %s as malformed', (_, body) => {
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

  it('refuses nesting that would exhaust the stack of whoever walks it', () => {
    const depth = 50_000;
    expect(problemOf('['.repeat(depth) + ']'.repeat(depth)).occurrence.errors).toEqual([
      expect.objectContaining({ code: 'too-deep' }),
    ]);
  });

  it('says no more than is of use, however much is wrong', () => {
    const key = 'k'.repeat(30_000);
    const { errors = [] } = problemOf(JSON.stringify({ [key]: Array(3000).fill('\0') })).occurrence;
    expect(errors).toHaveLength(20);
    expect(Math.max(...errors.map(({ pointer }) => pointer.length))).toBeLessThanOrEqual(256);
  });

  it('leaves a harmless member called constructor alone', () => {
    expect(parseJsonBody(Buffer.from('{"constructor":"Ada"}'))).toEqual({ constructor: 'Ada' });
  });
});
