import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fastify } from 'fastify';
import { Problem } from '#libs/problem';
import { CallerSlots, type SlotOptions } from './caller-slots.js';
import { createSlots, releaseSlots } from './slot.guard.js';

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

  it('get no more slots than are free while others of theirs still run', async () => {
    const { outcomes, request, release } = aProcess();
    ['1', '2'].forEach((name) => void request('ada', name));
    await release('ada');
    ['3', '4'].forEach((name) => void request('ada', name));
    expect(outcomes).toEqual(['1 runs', '2 runs', '3 runs']);
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

describe('a refused request', () => {
  it('may be sent again in a second', async () => {
    const slots = new CallerSlots({ ...OPTIONS, perCaller: 0, maxWaitMs: 5 });
    const acquire = (caller: string, bytes: number) => slots.acquire(caller, bytes, () => false);
    const refused = (code: string) => ({ code, occurrence: { headers: { 'Retry-After': '1' } } });
    await expect(acquire('ada', 31)).rejects.toMatchObject(refused('too-many-requests'));
    const late = acquire('ada', 30);
    await expect(acquire('bob', 21)).rejects.toMatchObject(refused('unavailable'));
    await expect(late).rejects.toMatchObject(refused('unavailable'));
  });
});

describe('a slot', () => {
  it.each([
    ['returns', 200, () => Promise.resolve('done')],
    ['fails', 500, () => Promise.reject(new Error('failed'))],
  ])('is free again once the handler %s', async (_, status, handler) => {
    const slots = createSlots();
    const server = fastify();
    releaseSlots(server, slots);
    server.get('/', (request) => {
      expect(slots.tryAcquire('ada')).toBe(true);
      request.slot = 'ada';
      return handler();
    });
    for (let count = 0; count < 5; count += 1) {
      expect((await server.inject('/')).statusCode).toBe(status);
    }
  });
});

describe('the slots of a process', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are four for each caller, for whom others wait ten seconds', async () => {
    const slots = createSlots();
    expect([1, 2, 3, 4, 5].map(() => slots.tryAcquire('ada'))).toEqual([true, true, true, true, false]);
    let refused = 0;
    for (let count = 0; count < 3; count += 1) {
      slots.acquire('ada', 1, () => false).catch(() => (refused += 1));
    }
    await jest.advanceTimersByTimeAsync(9_999);
    expect(refused).toBe(0);
    await jest.advanceTimersByTimeAsync(1_001);
    expect(refused).toBe(3);
  });

  it('let 4 MB of a caller wait, and 32 MB of all', async () => {
    const slots = createSlots();
    const megabytes = 1024 * 1024;
    const acquire = (caller: string, bytes: number) => slots.acquire(caller, bytes, () => false);
    for (let caller = 1; caller <= 8; caller += 1) {
      void acquire(`caller ${caller}`, 4 * megabytes);
      await expect(acquire(`caller ${caller}`, 1)).rejects.toMatchObject({ code: 'too-many-requests' });
    }
    await expect(acquire('another', 1)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('are watched only while a request waits for one', async () => {
    const slots = createSlots();
    for (let round = 0; round < 3; round += 1) {
      expect(jest.getTimerCount()).toBe(0);
      void slots.acquire('ada', 1, () => false);
      expect(jest.getTimerCount()).toBe(1);
      slots.release('ada');
      await jest.advanceTimersByTimeAsync(1_000);
    }
  });
});
