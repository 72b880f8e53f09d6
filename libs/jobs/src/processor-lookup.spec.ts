import { describe, expect, it } from '@jest/globals';
import { Tick } from './job-table.js';
import { assignProcessors, type FoundProcessor } from './processor-lookup.js';

const definition = {
  payload: Tick,
  concurrency: 1,
  timeoutMs: 1_000,
  attempts: 1,
  backoff: { baseMs: 1, capMs: 1, jitter: 0 },
  retention: { completed: 'none', failed: { ageSeconds: 1, count: 1 } },
  stalled: { maxCount: 1, lockMs: 1_000, checkEveryMs: 1_000 },
} as const;

const table = {
  'water-plants': { ...definition, role: 'gardener' },
  'mow-lawn': { ...definition, role: 'gardener' },
  'bake-bread': { ...definition, role: 'baker' },
};

describe('assignProcessors', () => {
  it('assigns a processor to each job of the role and ignores other roles', () => {
    const watering = found('water-plants', 'Watering');
    const mowing = found('mow-lawn', 'Mowing');
    const assigned = assignProcessors(table, 'gardener', [watering, mowing, found('bake-bread', 'Baking')]);
    expect([...assigned]).toEqual([
      ['water-plants', watering.instance],
      ['mow-lawn', mowing.instance],
    ]);
  });

  it('throws for a job without a processor, and names the decorator to add', () => {
    expect(() => assignProcessors(table, 'gardener', [found('mow-lawn', 'Mowing')])).toThrow(
      /"water-plants".*@ProcessesJob\('water-plants'\)/,
    );
  });

  it('throws for two processors of the same job, and names both', () => {
    const baking = [found('bake-bread', 'Baking'), found('bake-bread', 'Toasting', 'KitchenModule')];
    expect(() => assignProcessors(table, 'baker', baking)).toThrow(
      /"bake-bread".*Baking \(in TestModule\) and Toasting \(in KitchenModule\)/,
    );
  });

  it('throws for a processor of an unknown job', () => {
    expect(() =>
      assignProcessors(table, 'baker', [found('bake-bread', 'Baking'), found('bake-bred', 'Typo')]),
    ).toThrow(/Typo.*'bake-bred'.*no such job/);
  });

  it('throws for a role without jobs', () => {
    expect(() => assignProcessors(table, 'gardner', [])).toThrow(/"gardner"/);
  });

  it('reports all mistakes at once', () => {
    expect(() => assignProcessors(table, 'gardener', [])).toThrow(/water-plants[\s\S]*mow-lawn/);
  });
});

function found(job: string, className: string, moduleName = 'TestModule'): FoundProcessor {
  return { job, className, moduleName, instance: { process: () => Promise.resolve() } };
}
