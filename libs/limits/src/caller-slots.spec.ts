import { describe, expect, it } from '@jest/globals';
import { Problem } from '#libs/problem';
import { CallerSlots, type SlotOptions } from './caller-slots.js';

const OPTIONS = { perCaller: 2, waitingBytesPerCaller: 30, waitingBytes: 50, maxWaitMs: 60_000, checkMs: 5 };

/** Slots, and what has become of the requests that wanted one, in order. */
function aProcess(options: Partial<SlotOptions> = {}) {
  const slots = new CallerSlots({ ...OPTIONS, ...options });
  const outcomes: string[] = [];
  const request = async (caller: string, name: string, isAbandoned = () => false) => {
    try {
      if (!slots.tryAcquire(caller)) {
        await slots.acquire(caller, 10, isAbandoned);
      }
      outcomes.push(`${name} runs`);
    } catch (error) {
      outcomes.push(`${name}: ${error instanceof Problem ? error.code : String(error)}`);
    }
  };
  const release = async (caller: string) => {
    slots.release(caller);
    await new Promise(setImmediate);
  };
  return { outcomes, request, release };
}

describe('the requests of a caller', () => {
  it('run at once while there are slots, and wait in order for the others', async () => {
    const { outcomes, request, release } = aProcess();
    ['1', '2', '3', '4'].forEach((name) => void request('ada', name));
    expect(outcomes).toEqual(['1 runs', '2 runs']);
    await release('ada');
    expect(outcomes).toEqual(['1 runs', '2 runs', '3 runs']);
    await release('ada');
    await release('ada');
    await release('ada');
    expect(outcomes).toEqual(['1 runs', '2 runs', '3 runs', '4 runs']);
    ['5', '6', '7'].forEach((name) => void request('ada', name));
    expect(outcomes.slice(4)).toEqual(['5 runs', '6 runs']);
  });

  it('do not make others wait', () => {
    const { outcomes, request } = aProcess();
    ['1', '2', '3'].forEach((name) => void request('ada', name));
    void request('bob', 'bob');
    expect(outcomes).toEqual(['1 runs', '2 runs', 'bob runs']);
  });

  it('are refused when too many of them wait', async () => {
    const { outcomes, request, release } = aProcess();
    ['1', '2', '3', '4', '5', '6'].forEach((name) => void request('ada', name));
    await request('ada', '7');
    expect(outcomes).toEqual(['1 runs', '2 runs', '6: too-many-requests', '7: too-many-requests']);
    await release('ada');
    void request('ada', '8');
    for (let n = 0; n < 5; n += 1) {
      await release('ada');
    }
    expect(outcomes.slice(4)).toEqual(['3 runs', '4 runs', '5 runs', '8 runs']);
  });

  it('are refused when too many of all callers wait', async () => {
    const { outcomes, request } = aProcess({ perCaller: 1 });
    ['ada 1', 'ada 2', 'ada 3', 'ada 4'].forEach((name) => void request('ada', name));
    ['bob 1', 'bob 2', 'bob 3'].forEach((name) => void request('bob', name));
    await request('bob', 'bob 4');
    expect(outcomes).toEqual(['ada 1 runs', 'bob 1 runs', 'bob 4: unavailable']);
  });

  it('make room for the requests of others once they no longer wait, for whatever reason', async () => {
    const { outcomes, request, release } = aProcess({ perCaller: 1, maxWaitMs: 5 });
    for (let round = 1; round <= 6; round += 1) {
      await request('ada', 'first');
      void request('ada', 'served');
      await release('ada');
      void request('ada', 'gone', () => true);
      await release('ada');
      await request('ada', 'next');
      await request('ada', 'late');
      await release('ada');
    }
    const outcome = [
      'first runs',
      'served runs',
      'gone: too-many-requests',
      'next runs',
      'late: unavailable',
    ];
    expect(outcomes).toEqual(Array(6).fill(outcome).flat());
  });

  it('are refused when no slot becomes free in time, and their place is free again', async () => {
    const { outcomes, request, release } = aProcess({
      perCaller: 1,
      maxWaitMs: 5,
      waitingBytesPerCaller: 10,
    });
    void request('ada', '1');
    await request('ada', '2');
    await request('ada', '3');
    expect(outcomes).toEqual(['1 runs', '2: unavailable', '3: unavailable']);
    await release('ada');
    await request('ada', '4');
    expect(outcomes.slice(3)).toEqual(['4 runs']);
  });

  it('are dropped when their clients have gone', async () => {
    const { outcomes, request, release } = aProcess({ perCaller: 1 });
    void request('ada', '1');
    void request('ada', '2', () => true);
    void request('ada', '3');
    await release('ada');
    expect(outcomes).toEqual(['1 runs', '2: too-many-requests', '3 runs']);
  });
});
