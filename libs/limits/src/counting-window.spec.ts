import { describe, expect, it } from '@jest/globals';
import { CountingWindow } from './counting-window.js';
import { sliceMsOf } from './hit.js';

describe('CountingWindow', () => {
  it('counts what came within the window, to the millisecond if its slices are that short', () => {
    const window = new CountingWindow(1000, 1);
    window.add(1, 0);
    window.add(2, 400);
    expect([window.count(400), window.count(999), window.count(1000), window.count(1399)]).toEqual([
      3, 3, 2, 2,
    ]);
    expect([window.resetMs(1399), window.count(1400)]).toEqual([1, 0]);
  });

  it('keeps everything of a slice until the latest of it leaves the window', () => {
    const window = new CountingWindow(1000, 100);
    window.add(1, 100);
    window.add(1, 199);
    window.add(1, 200);
    expect([window.count(1198), window.count(1199), window.count(1200)]).toEqual([3, 1, 0]);
  });

  it('counts a request that comes within the lease before it as one of its end', () => {
    const window = new CountingWindow(1000, 100);
    window.add(5, 150);
    window.add(1, 90);
    expect([window.count(1149), window.count(1150)]).toEqual([6, 0]);
  });

  it('takes back the latest', () => {
    const window = new CountingWindow(1000, 1);
    [0, 10, 20].forEach((at) => window.add(2, at));
    window.remove(3);
    expect([window.count(20), window.count(1000), window.count(1010)]).toEqual([3, 1, 0]);
    window.add(1, 1010);
    window.remove(9);
    expect([window.count(1010), window.resetMs(1010)]).toEqual([0, 1000]);
  });
});

it.each([
  [128, 60_000, 1],
  [129, 60_000, 468],
  [100_000, 60_000, 468],
  [100_000, 3_600_000, 28_125],
  [100_000, 100, 1],
])('a limit of %d in %d ms has slices of %d ms', (limit, windowMs, sliceMs) => {
  expect(sliceMsOf({ key: 'a', limit, windowMs })).toBe(sliceMs);
});
