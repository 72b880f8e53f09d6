import { describe, expect, it } from '@jest/globals';
import { requireVersion } from '#libs/database';
import { etagOf, expectedVersions, isNotModified } from './etag.js';

describe('expectedVersions', () => {
  it.each([undefined, '"3"', '"1", "3"', '*'])('accepts If-Match: %s', (header) => {
    expect(() => requireVersion(expectedVersions(header), 3)).not.toThrow();
  });

  it.each(['"2"', 'W/"3"', '3', '', '"03"', '"3.0"'])('rejects If-Match: %s', (header) => {
    expect(() => requireVersion(expectedVersions(header), 3)).toThrow(
      expect.objectContaining({ code: 'precondition-failed' }),
    );
  });
});

describe('isNotModified', () => {
  it('uses weak comparison, as caches do', () => {
    expect(isNotModified(etagOf(3), 3)).toBe(true);
    expect(isNotModified('W/"3"', 3)).toBe(true);
    expect(isNotModified('"2"', 3)).toBe(false);
    expect(isNotModified(undefined, 3)).toBe(false);
  });
});
