import { describe, expect, it } from '@jest/globals';
import { formatTraceparent, parseTraceparent } from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('parsing a traceparent', () => {
  it.each([
    [`00-${TRACE}-${PARENT}-01`, true],
    [`00-${TRACE}-${PARENT}-00`, false],
    [`00-${TRACE}-${PARENT}-03`, true],
    [`cc-${TRACE}-${PARENT}-01-what-the-future-will-bring`, true],
  ])('accepts "%s"', (text, isSampled) => {
    expect(parseTraceparent(text)).toEqual({ traceId: TRACE, parentId: PARENT, isSampled });
  });

  it.each([
    undefined,
    null,
    '',
    'ada@acme.com',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}`,
  ])('rejects "%s"', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('formats what it parsed', () => {
    const text = `00-${TRACE}-${PARENT}-01`;
    expect(formatTraceparent({ traceId: TRACE, parentId: PARENT, isSampled: true })).toBe(text);
  });
});
