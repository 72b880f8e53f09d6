import { describe, expect, it } from '@jest/globals';
import { QueueFullError, WorkQueue } from './work-queue.js';

describe('WorkQueue', () => {
  it('limits concurrent work and runs it in order of arrival', async () => {
    const queue = new WorkQueue(2, 10);
    const started: number[] = [];
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const runs = gates.map((gate, i) =>
      queue.run(() => {
        started.push(i);
        return gate.promise;
      }),
    );
    expect(started).toEqual([0, 1]);
    gates[1]?.resolve();
    await runs[1];
    expect(started).toEqual([0, 1, 2]);
    gates.forEach((gate) => gate.resolve());
    await Promise.all(runs);
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('rejects at once when too many are waiting', async () => {
    const queue = new WorkQueue(1, 1);
    const gate = Promise.withResolvers<void>();
    const runs = [queue.run(() => gate.promise), queue.run(() => gate.promise)];
    await expect(queue.run(() => Promise.resolve())).rejects.toThrow(QueueFullError);
    gate.resolve();
    await Promise.all(runs);
    await expect(queue.run(() => Promise.resolve('again'))).resolves.toBe('again');
  });

  it('frees its slot when the work fails', async () => {
    const queue = new WorkQueue(1, 1);
    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(queue.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });
});
