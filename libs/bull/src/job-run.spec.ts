import { getEventListeners } from 'node:events';
import { expect, it } from '@jest/globals';
import type { Job as BullJob } from 'bull';
import { collectLog } from '../../../test/support/collected-log.js';
import { greet } from '../../../test/support/job-bench.js';
import { JobInterruptedError } from '#libs/jobs';
import { runJob, type RunSetup } from './job-run.js';
import type { QueueMetrics } from './queue-metrics.js';

const stopping = new AbortController();
const outcomes: string[] = [];
const setup: RunSetup = {
  job: greet,
  processor: {
    process: (payload) =>
      'name' in payload && payload.name === 'Bob' ? Promise.reject(new Error('no')) : Promise.resolve(),
  },
  metrics: { startRun: () => (outcome) => outcomes.push(outcome) } as Partial<QueueMetrics> as QueueMetrics,
  stopping: stopping.signal,
};

function run(name: string): BullJob {
  // As Bull keeps a job that was added without options.
  return { id: 'one', data: { name }, attemptsMade: 0, opts: {} } as Partial<BullJob> as BullJob;
}

it('forgets a run that has ended, so that a process with many runs does not fill its memory', async () => {
  await runJob(setup, run('Ada'));
  expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
});

it('counts the only attempt of a job without options as its last', async () => {
  outcomes.length = 0;
  collectLog();
  await expect(runJob(setup, run('Bob'))).rejects.toThrow('Error');
  expect(outcomes).toEqual(['dead']);
});

it('does not start work when the process no longer waits for it', async () => {
  const processed: unknown[] = [];
  const processor = { process: (payload: unknown) => Promise.resolve(void processed.push(payload)) };
  const reason = new JobInterruptedError('the process is shutting down');
  collectLog();
  const late = runJob({ ...setup, processor, stopping: AbortSignal.abort(reason) }, run('Cleo'));
  await expect(late).rejects.toBe(reason);
  expect(processed).toEqual([]);
});
