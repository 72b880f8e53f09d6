import { describe, expect, it } from '@jest/globals';
import { latestDue, type Schedule, scheduleMistake } from './schedule.js';

const dueAt = (schedule: Schedule, now: string): string => latestDue(schedule, new Date(now)).toISOString();

describe('the latest time at which a job was due', () => {
  const nightly = { cron: '30 3 * * *' };

  it.each([
    ['2026-11-28T03:29:59.999Z', '2026-11-27T03:30:00.000Z'],
    ['2026-11-28T03:30:00.000Z', '2026-11-28T03:30:00.000Z'],
    ['2026-11-28T23:59:00.000Z', '2026-11-28T03:30:00.000Z'],
  ])('at %s is %s, in UTC by default', (now, due) => expect(dueAt(nightly, now)).toBe(due));

  it.each([
    ['2026-07-01T12:00:00Z', '2026-07-01T01:30:00.000Z'],
    ['2026-12-01T12:00:00Z', '2026-12-01T02:30:00.000Z'],
  ])('follows the clocks of its time zone: at %s, it is %s', (now, due) =>
    expect(dueAt({ ...nightly, timeZone: 'Europe/Berlin' }, now)).toBe(due),
  );

  it.each([
    ['2026-01-01T00:00:00Z', '0 6 * * MON-FRI', '2025-12-31T06:00:00.000Z'],
    ['2026-11-29T12:00:00Z', '0 6 * * MON-FRI', '2026-11-27T06:00:00.000Z'],
    ['2026-11-29T12:07:30Z', '*/5 * * * *', '2026-11-29T12:05:00.000Z'],
    ['2026-11-29T12:00:00Z', '0 0 1 1 *', '2026-01-01T00:00:00.000Z'],
    ['2026-11-29T12:00:00Z', '0 0 29 2 *', '2024-02-29T00:00:00.000Z'],
  ])('at %s, for %s, is %s', (now, cron, due) => expect(dueAt({ cron }, now)).toBe(due));

  describe('when clocks change', () => {
    const halfPastTwo = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };

    it('is an hour later for a local time that is left out', () => {
      expect(dueAt(halfPastTwo, '2026-03-29T01:29:00Z')).toBe('2026-03-28T01:30:00.000Z');
      expect(dueAt(halfPastTwo, '2026-03-29T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
      expect(dueAt(halfPastTwo, '2026-03-30T12:00:00Z')).toBe('2026-03-30T00:30:00.000Z');
    });

    it.each(['2026-10-25T00:30:00Z', '2026-10-25T00:59:00Z', '2026-10-25T01:30:00Z', '2026-10-25T12:00:00Z'])(
      'is the first of a local time that happens twice, also at %s',
      (now) => expect(dueAt(halfPastTwo, now)).toBe('2026-10-25T00:30:00.000Z'),
    );
  });
});

describe('a schedule', () => {
  it.each(['30 3 * * *', '*/15 0-6,22,23 * * *', '0 0 L * *', '0 9 * jan mon'])('can be %s', (cron) =>
    expect(scheduleMistake({ cron, timeZone: 'America/New_York' })).toBeUndefined(),
  );

  it.each([
    ['', 'five fields'],
    ['30 3', 'five fields'],
    ['0 30 3 * * *', 'five fields'],
    ['@daily', 'five fields'],
    ['61 3 * * *', '0-59'],
    ['at half past three daily', 'Invalid'],
    ['0 0 30 2 *', 'Invalid'],
  ])('cannot be "%s"', (cron, reason) => {
    expect(scheduleMistake({ cron })).toMatch(reason);
    expect(scheduleMistake({ cron })).toMatch(/Write minute, hour, .* such as "30 3 \* \* \*"/);
  });

  it('needs a time zone that exists', () => {
    const mistake = scheduleMistake({ cron: '30 3 * * *', timeZone: 'Europe/Berln' });
    expect(mistake).toMatch(/"Europe\/Berln".*such as "Europe\/Berlin", or leave it out for UTC/);
  });
});
