import { describe, expect, it } from '@jest/globals';
import { Clock } from './clock.js';
import { IdSource, lowestIdAt, timeOfId } from './id-source.js';

const AT = new Date('2026-11-27T05:00:00.123Z');

class StoppedClock extends Clock {
  override now(): Date {
    return AT;
  }
}

describe('IDs', () => {
  const ids = new IdSource(new StoppedClock());

  it('sort in the order in which they were made, even within a millisecond', () => {
    const made = Array.from({ length: 5000 }, () => ids.next());
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('say when they were made', () => {
    expect(timeOfId(ids.next())).toEqual(AT);
    expect(ids.next() >= lowestIdAt(AT)).toBe(true);
    expect(ids.next() < lowestIdAt(new Date(AT.getTime() + 1))).toBe(true);
  });

  it('start anywhere, so that two processes make different ones', () => {
    const first = (): string => new IdSource(new StoppedClock()).next();
    expect(new Set(Array.from({ length: 100 }, first)).size).toBe(100);
  });
});
