import { describe, expect, it } from '@jest/globals';
import { defineHourlyJob, defineJob, defineScheduledJob, type Job, Tick } from './define-job.js';
import { assignProcessors, type FoundProcessor } from './processor-lookup.js';

const options = {
  payload: Tick,
  concurrency: 1,
  timeoutMs: 1_000,
  attempts: 1,
  backoff: { baseMs: 1, capMs: 1, jitter: 0 },
};

const waterPlants = defineJob('water-plants', { ...options, role: 'gardener' });
const mowLawn = defineJob('mow-lawn', { ...options, role: 'gardener' });
const bakeBread = defineJob('bake-bread', { ...options, role: 'baker' });
const jobs = [waterPlants, mowLawn, bakeBread];

describe('defineJob', () => {
  it('throws for a name that is already defined', () => {
    expect(() => defineJob('mow-lawn', { ...options, role: 'gardener' })).toThrow(
      /"mow-lawn" is defined twice/,
    );
  });
});

describe('a job', () => {
  it('is kept for 30 days as a dead letter, and restarts soon and often after a kill, unless it says otherwise', () => {
    expect(bakeBread.keepFailed).toEqual({ ageSeconds: 30 * 86_400, count: 10_000 });
    const { lockMs, checkEveryMs, maxCount } = bakeBread.stalled;
    expect(lockMs + checkEveryMs).toBeLessThanOrEqual(12_000);
    // Long enough for a process that is slow for a moment.
    expect(lockMs).toBeGreaterThanOrEqual(8_000);
    expect(maxCount).toBe(20);
    const own = { keepFailed: { ageSeconds: 1, count: 1 }, stalled: { ...bakeBread.stalled, maxCount: 1 } };
    expect(defineJob('tidy-up', { ...options, ...own, role: 'baker' })).toMatchObject(own);
  });

  it('shows operators nothing of its payload, unless it says otherwise', () => {
    expect(bakeBread.visibleFields).toEqual([]);
  });

  it('that runs hourly is remembered for its whole period, so that replicas run it once', () => {
    const hourly = defineHourlyJob('strike-the-hour', 'baker');
    expect(hourly).toMatchObject({ everyMinutes: 60, concurrency: 1, visibleFields: ['startsAt'] });
    expect(hourly.keepCompleted?.ageSeconds).toBeGreaterThan(3_600);
    expect(hourly.keepFailed.ageSeconds).toBe(7 * 86_400);
  });

  it('that has a schedule is remembered until it is due again, even if that is in a year', () => {
    const yearly = defineScheduledJob('ring-in-the-year', 'baker', { cron: '0 0 1 1 *' });
    expect(yearly).toMatchObject({ schedule: { cron: '0 0 1 1 *' }, concurrency: 1 });
    expect(yearly.keepCompleted?.ageSeconds).toBeGreaterThanOrEqual(366 * 86_400);
  });
});

describe('assignProcessors', () => {
  it('assigns a processor to each job of the role and ignores other roles', () => {
    const watering = found(waterPlants, 'Watering');
    const mowing = found(mowLawn, 'Mowing');
    const assigned = assignProcessors(
      jobs,
      'gardener',
      [watering, mowing, found(bakeBread, 'Baking')],
      ['gardener', 'baker'],
    );
    expect(assigned).toEqual([
      { job: waterPlants, processor: watering.instance },
      { job: mowLawn, processor: mowing.instance },
    ]);
  });

  it('throws for a job without a processor, and names the decorator to add', () => {
    expect(() => assignProcessors(jobs, 'gardener', [found(mowLawn, 'Mowing')], ['gardener'])).toThrow(
      /"water-plants".*@ProcessesJob/,
    );
  });

  it('throws for two processors of the same job, and names both', () => {
    const baking = [found(bakeBread, 'Baking'), found(bakeBread, 'Toasting', 'KitchenModule')];
    expect(() => assignProcessors(jobs, 'baker', baking, ['baker'])).toThrow(
      /"bake-bread".*Baking \(in TestModule\) and Toasting \(in KitchenModule\)/,
    );
  });

  it('throws for a processor of a job whose role this process does not run', () => {
    const all = [found(waterPlants, 'Watering'), found(mowLawn, 'Mowing'), found(bakeBread, 'Baking')];
    expect(() => assignProcessors(jobs, 'gardener', all, ['gardener'])).toThrow(
      /Baking \(in TestModule\) processes the job "bake-bread", whose role "baker" doesn't run here.*runs: gardener/,
    );
  });

  it.each([
    [{ everyMinutes: 5 }, /"strike".* both a schedule and everyMinutes\. Keep one/],
    [{ keepCompleted: undefined }, /"strike".* would run again every minute\. Add keepCompleted/],
    [{ schedule: { cron: '61 3 * * *' } }, /"strike" has the schedule "61 3 \* \* \*".*0-59.*such as "30 3/],
  ])('throws for a schedule that could not work, and says how to fix it: %p', (mistake, message) => {
    const strike = { ...bakeBread, name: 'strike', keepCompleted: { ageSeconds: 60, count: 1 } };
    const job = { ...strike, schedule: { cron: '0 3 * * *' }, ...mistake } as Job;
    expect(() => assignProcessors([job], 'baker', [found(job, 'Striking')], ['baker'])).toThrow(message);
  });

  it('throws for a role without jobs', () => {
    expect(() => assignProcessors(jobs, 'gardner', [], ['gardner'])).toThrow(/"gardner"/);
  });

  it('reports all mistakes at once', () => {
    expect(() => assignProcessors(jobs, 'gardener', [], ['gardener'])).toThrow(/water-plants[\s\S]*mow-lawn/);
  });
});

function found(job: Job, className: string, moduleName = 'TestModule'): FoundProcessor {
  return { job, className, moduleName, instance: { process: () => Promise.resolve() } };
}
