import { describe, expect, it } from '@jest/globals';
import { Conditions, etagOf } from './preconditions.js';

const TAG = etagOf({ id: 'a', version: 3 });
const problem = (code: string) => expect.objectContaining({ code });

describe('If-Match', () => {
  const allows = (header?: string) => new Conditions({ 'if-match': header }).allowVersionOf('a')(3);

  it.each([undefined, '"3-a"', '"1", "3-a"', '"1","3-a"', '*', ' * ', ', "3-a",,"a,b"'])(
    '%s allows version 3',
    (header) => {
      expect(allows(header)).toBe(true);
    },
  );

  it.each(['"2-a"', '"3-b"', '"3"', 'W/"3-a"', '"03-a"', '"3-A"', '""', '"zzz"', '"3-a,"'])(
    '%s does not allow version 3',
    (header) => {
      expect(allows(header)).toBe(false);
    },
  );

  it.each(['3', '', ' ', ',', '"3', '3"', '"3-a" "4"', 'w/"3-a"', '"3-a", x', '*, "3-a"', '"\u0001"'])(
    '%j is malformed',
    (header) => {
      expect(() => allows(header)).toThrow(problem('malformed-request'));
    },
  );

  it('with a tag never matches a resource that has none', () => {
    expect(new Conditions({ 'if-match': '"zzz"' }).allow(null)).toBe(false);
    expect(new Conditions({ 'if-match': '*' }).allow(null)).toBe(true);
  });

  it('is checked in time that grows with its length alone', () => {
    const startedAt = performance.now();
    expect(() => allows(`${'"3-a" '.repeat(4_000)}x`)).toThrow(problem('malformed-request'));
    expect(() => allows(`${', '.repeat(8_000)}x`)).toThrow(problem('malformed-request'));
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe('If-None-Match', () => {
  const known = (header: string) => new Conditions({ 'if-none-match': header }).isNotModified(TAG);

  it('uses weak comparison, as caches do', () => {
    expect([known('"3-a"'), known('W/"3-a"'), known('"1", W/"3-a"'), known('*')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(known('"2-a"')).toBe(false);
  });

  it('forbids a change to the version that it names', () => {
    expect(new Conditions({ 'if-none-match': '*' }).allowVersionOf('a')(3)).toBe(false);
    expect(new Conditions({ 'if-none-match': '"3-a"' }).allowVersionOf('a')(3)).toBe(false);
    expect(new Conditions({ 'if-none-match': '"2-a"' }).allowVersionOf('a')(3)).toBe(true);
  });

  it('comes after If-Match', () => {
    const both = new Conditions({ 'if-match': '"2-a"', 'if-none-match': '"3-a"' });
    expect(() => both.isNotModified(TAG)).toThrow(problem('precondition-failed'));
  });
});
