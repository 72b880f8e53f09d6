import { describe, expect, it } from '@jest/globals';
import { Conditions, etagOf } from './preconditions.js';

const problem = (code: string) => expect.objectContaining({ code });

describe('If-Match', () => {
  const allows = (header?: string) => new Conditions({ 'if-match': header }).allowVersion(3);

  it.each([undefined, '"3"', '"1", "3"', '"1","3"', '*', ' * ', ', "3",,"a,b"'])(
    '%s allows version 3',
    (header) => {
      expect(allows(header)).toBe(true);
    },
  );

  it.each(['"2"', 'W/"3"', '"03"', '"3.0"', '""', '"zzz"', '"3,"'])(
    '%s does not allow version 3',
    (header) => {
      expect(allows(header)).toBe(false);
    },
  );

  it.each(['3', '', ' ', ',', '"3', '3"', '"3" "4"', 'w/"3"', '"3", x', '*, "3"', '"\u0001"'])(
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
    expect(() => allows(`${'"3" '.repeat(4_000)}x`)).toThrow(problem('malformed-request'));
    expect(() => allows(`${', '.repeat(8_000)}x`)).toThrow(problem('malformed-request'));
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe('If-None-Match', () => {
  const known = (header: string) => new Conditions({ 'if-none-match': header }).isNotModified(etagOf(3));

  it('uses weak comparison, as caches do', () => {
    expect([known('"3"'), known('W/"3"'), known('"1", W/"3"'), known('*')]).toEqual([true, true, true, true]);
    expect(known('"2"')).toBe(false);
  });

  it('forbids a change to the version that it names', () => {
    expect(new Conditions({ 'if-none-match': '*' }).allowVersion(3)).toBe(false);
    expect(new Conditions({ 'if-none-match': '"3"' }).allowVersion(3)).toBe(false);
    expect(new Conditions({ 'if-none-match': '"2"' }).allowVersion(3)).toBe(true);
  });

  it('comes after If-Match', () => {
    const both = new Conditions({ 'if-match': '"2"', 'if-none-match': '"3"' });
    expect(() => both.isNotModified(etagOf(3))).toThrow(problem('precondition-failed'));
  });
});
