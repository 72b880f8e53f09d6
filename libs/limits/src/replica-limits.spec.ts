import { describe, expect, it } from '@jest/globals';
import type { Hit } from './hit.js';
import { ReplicaLimits } from './replica-limits.js';

const MINUTE_MS = 60_000;
/** A slice of a minute, and how long leases of a limit per minute last. */
const LEASE_MS = 468;

describe('without Redis', () => {
  it('allows the limit in any window, wherever it starts', () => {
    const limits = new ReplicaLimits(10);
    const allowedAt = (at: number) => alone(limits, aHit('a', { limit: 3, windowMs: 1000 }), at).allowed;
    expect([0, 400, 800, 900, 1100, 1200, 1401, 1402].map(allowedAt)).toEqual([
      true,
      true,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('allows a request again exactly one window later, and not a millisecond earlier', () => {
    const limits = new ReplicaLimits(10);
    const once = (at: number) => alone(limits, aHit('a', { limit: 1, windowMs: 1000 }), at).allowed;
    expect([0, 999, 1000, 1999, 2000].map(once)).toEqual([true, false, true, false, true]);
  });

  it('returns how many requests remain and when the next one is allowed', () => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a', { limit: 3, windowMs: 1000 });
    expect(alone(limits, hit, 100)).toEqual({ allowed: true, remaining: 2, resetMs: 1000 });
    expect(alone(limits, hit, 300)).toEqual({ allowed: true, remaining: 1, resetMs: 800 });
  });

  it('blocks for as long as it said, however often a blocked caller tries', () => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a', { limit: 1, windowMs: 100, blockMs: 1000 });
    expect(alone(limits, hit, 0)).toEqual({ allowed: true, remaining: 0, resetMs: 100 });
    expect(alone(limits, hit, 10)).toEqual({ allowed: false, remaining: 0, resetMs: 1000 });
    expect(alone(limits, hit, 500)).toEqual({ allowed: false, remaining: 0, resetMs: 510 });
    expect(alone(limits, hit, 1009)).toEqual({ allowed: false, remaining: 0, resetMs: 1 });
    expect(alone(limits, hit, 1010)).toEqual({ allowed: true, remaining: 0, resetMs: 100 });
  });

  it('forgets the least recently used caller when there are too many', () => {
    const limits = new ReplicaLimits(2);
    const remaining = (key: string, at: number) => alone(limits, aHit(key, { limit: 3 }), at).remaining;
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map(remaining)).toEqual([2, 2, 1, 2, 0, 2]);
  });

  it.each([
    [129, MINUTE_MS],
    [1_000, MINUTE_MS],
    [1_000, 10_000],
    [300, 1_280],
  ])('of %d in %d ms, allows no more in any window, and at least 99 percent', (limit, windowMs) => {
    const limits = new ReplicaLimits(10);
    const allowedAt: number[] = [];
    // Three times the limit, evenly.
    for (let at = 0; at < 5 * windowMs; at += windowMs / limit / 3) {
      if (alone(limits, aHit('a', { limit, windowMs }), at).allowed) {
        allowedAt.push(at);
      }
    }
    const starts = allowedAt.filter((at) => at <= 4 * windowMs);
    const counts = starts.map((start) => countBetween(allowedAt, start, start + windowMs));
    expect(Math.max(...counts)).toBe(limit);
    expect(allowedAt.length).toBeGreaterThanOrEqual(5 * limit * 0.99);
  });
});

describe('with a lease', () => {
  it('answers without Redis until it is used up', () => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a');
    lease(limits, hit, 2, 0);
    expect(limits.answer(hit, 10)).toEqual({ allowed: true, remaining: 499, resetMs: 59_990 });
    expect(limits.answer(hit, 20)).toMatchObject({ allowed: true, remaining: 498 });
    expect(limits.answer(hit, 30)).toBeUndefined();
  });

  it('answers no longer than Redis expects, and gives back the rest, once', () => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a');
    lease(limits, hit, 5, 0);
    expect(limits.answer(hit, LEASE_MS - 1)?.allowed).toBe(true);
    expect(limits.takeUnused(LEASE_MS - 1)).toEqual([]);
    expect(limits.answer(hit, LEASE_MS)).toBeUndefined();
    expect(limits.takeUnused(LEASE_MS)).toEqual([{ key: 'a', count: 4 }]);
    expect(limits.takeUnused(2 * LEASE_MS)).toEqual([]);
  });

  it('gives back what a caller left whom it has to forget', () => {
    const limits = new ReplicaLimits(1);
    lease(limits, aHit('a'), 5, 0);
    alone(limits, aHit('b'), 1);
    expect(limits.takeUnused(1)).toEqual([{ key: 'a', count: 5 }]);
  });

  it('asks for as many as came since, or in the last slice that had some', () => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a');
    const wanted = [0, 10, 20, 30, 40, 3_000, 3_001, 6_000, 9_000].map((at) => {
      const { extra } = limits.leaseFor(hit, at);
      limits.record(hit, aTaken({ remaining: 1000 }), at, at);
      return extra;
    });
    expect(wanted).toEqual([0, 1, 2, 3, 4, 5, 5, 2, 1]);
  });

  it('counts what a lease was used for', () => {
    const limits = new ReplicaLimits(10);
    lease(limits, aHit('a'), 9, 0);
    Array.from({ length: 6 }, (_, n) => limits.answer(aHit('a'), n));
    expect(limits.leaseFor(aHit('a'), 3_000).extra).toBe(7);
  });

  it.each([
    ['is exact', { limit: 128 }],
    ['blocks', { blockMs: 1 }],
    ['has a window too short for it', { windowMs: 2_000 }],
  ])('asks for none if the limit %s', (_, limit) => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a', limit);
    for (const at of [0, 1, 2]) {
      expect(limits.leaseFor(hit, at).extra).toBe(0);
      limits.record(hit, aTaken({ remaining: 100 }), at, at);
    }
  });
});

describe('after a rejection', () => {
  it('rejects without Redis until the window allows another request', () => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a', { limit: 10 });
    limits.record(hit, aTaken({ allowed: false, resetMs: 30_000 }), 0, 5);
    expect(limits.answer(hit, 30_004)).toEqual({ allowed: false, remaining: 0, resetMs: 1 });
    expect(limits.answer(hit, 30_005)).toBeUndefined();
  });

  it('asks again soon if other replicas may give back what they have leased', () => {
    const limits = new ReplicaLimits(10);
    const hit = aHit('a');
    limits.record(hit, aTaken({ allowed: false, resetMs: 30_000 }), 0, 5);
    expect(limits.answer(hit, LEASE_MS + 4)).toEqual({ allowed: false, remaining: 0, resetMs: 30_005 - 472 });
    expect(limits.answer(hit, LEASE_MS + 5)).toBeUndefined();
  });
});

it('never allows more than the limit, even if Redis has lost its counts', () => {
  const limits = new ReplicaLimits(10);
  const hit = aHit('a', { limit: 3 });
  for (const at of [0, 1, 2]) {
    expect(limits.answer(hit, at)).toBeUndefined();
    limits.record(hit, aTaken({ remaining: 2 }), at, at);
  }
  expect(limits.answer(hit, 3)).toEqual({ allowed: false, remaining: 0, resetMs: 59_997 });
  expect(limits.answer(hit, MINUTE_MS)).toBeUndefined();
});

it('gives back what Redis allows beyond the limit of this replica', () => {
  const limits = new ReplicaLimits(10);
  const hit = aHit('a', { limit: 200 });
  const record = (leased: number) => limits.record(hit, aTaken({ leased, remaining: 190 }), 0, 0).allowed;
  expect([record(189), record(12), record(1)]).toEqual([true, true, false]);
  expect(limits.takeUnused(0)).toEqual([
    { key: 'a', count: 3 },
    { key: 'a', count: 2 },
  ]);
});

it('goes on with the same count when Redis goes away', () => {
  const limits = new ReplicaLimits(10);
  const hit = aHit('a', { limit: 3 });
  limits.record(hit, aTaken({ remaining: 2 }), 0, 0);
  limits.record(hit, aTaken({ remaining: 1 }), 1, 1);
  expect([2, 3].map((at) => alone(limits, hit, at).allowed)).toEqual([true, false]);
});

it('counts anew when the limit of a caller gets another window', () => {
  const limits = new ReplicaLimits(10);
  alone(limits, aHit('a', { limit: 1, windowMs: 1_000 }), 0);
  expect(limits.answer(aHit('a', { limit: 2, windowMs: 60_000 }), 1)).toBeUndefined();
  expect(alone(limits, aHit('a', { limit: 2, windowMs: 60_000 }), 1).remaining).toBe(1);
});

function alone(limits: ReplicaLimits, hit: Hit, at: number) {
  return limits.answer(hit, at) ?? limits.count(hit, at);
}

/** Has a request allowed, and more leased with it. */
function lease(limits: ReplicaLimits, hit: Hit, leased: number, at: number): void {
  limits.leaseFor(hit, at);
  limits.record(hit, aTaken({ leased, remaining: 498 + leased }), at, at);
}

function aTaken(taken: Partial<ReturnType<typeof complete>>) {
  return { ...complete(), ...taken };
}

function complete() {
  return { allowed: true, leased: 0, remaining: 0, resetMs: MINUTE_MS };
}

function aHit(key: string, hit: Partial<Hit> = {}): Hit {
  return { key, limit: 600, windowMs: MINUTE_MS, ...hit };
}

/** How many times are in the window that starts with one of them. */
function countBetween(times: readonly number[], from: number, to: number): number {
  return times.filter((time) => time >= from && time < to).length;
}
