import { describe, expect, it } from '@jest/globals';
import { defineJob, type Job, Tick } from './define-job.js';
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
