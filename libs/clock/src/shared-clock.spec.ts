import { describe, expect, it } from '@jest/globals';
import { SharedClock } from './shared-clock.js';

const YEAR_2031 = Date.UTC(2031, 0, 1);

describe('SharedClock', () => {
  it('shows the time of this machine until it has a reading', () => {
    expect(Math.abs(new SharedClock().millis() - Date.now())).toBeLessThan(50);
  });

  it('goes on from the last reading', () => {
    const clock = new SharedClock();
    clock.set({ millis: YEAR_2031, at: performance.now() - 2_000 });
    const later = clock.millis() - YEAR_2031;
    expect(later).toBeGreaterThanOrEqual(2_000);
    expect(later).toBeLessThan(2_100);
    expect(clock.now().getUTCFullYear()).toBe(2031);
  });

  it('says how far this machine is ahead', () => {
    const clock = new SharedClock();
    const ahead = clock.set({ millis: Date.now() - 15_000, at: performance.now() });
    expect(Math.abs(ahead - 15_000)).toBeLessThan(50);
  });

  it('notices once that the clock of this machine was set, and does not follow it', () => {
    const clock = new SharedClock();
    let jumps = 0;
    clock.whenJumped(() => (jumps += 1));
    const { now } = Date;
    const before = clock.millis();
    try {
      Date.now = () => now() + 3_600_000;
      expect(clock.millis() - before).toBeLessThan(100);
      clock.millis();
      expect(jumps).toBe(1);
    } finally {
      Date.now = now;
    }
  });
});
