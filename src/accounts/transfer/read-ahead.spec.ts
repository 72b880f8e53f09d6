import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { readAhead } from './read-ahead.js';

const events: string[] = [];

async function* numbers(count: number, failsAt = Infinity): AsyncGenerator<number, void> {
  try {
    for (let number = 1; number <= count; number += 1) {
      if (number === failsAt) {
        throw new Error(`number ${number}`);
      }
      events.push(`made ${number}`);
      yield number;
    }
  } finally {
    events.push('closed');
  }
}

async function take(source: AsyncGenerator<number, void>, most = Infinity): Promise<void> {
  events.length = 0;
  for await (const number of readAhead(source)) {
    events.push(`begun ${number}`);
    await delay(5);
    events.push(`ended ${number}`);
    if (number === most) {
      break;
    }
  }
}

describe('reading ahead', () => {
  it('makes the next item, and only that, while the consumer waits', async () => {
    await take(numbers(3));
    expect(events).toEqual([
      'made 1',
      'begun 1',
      'made 2',
      'ended 1',
      'begun 2',
      'made 3',
      'ended 2',
      'begun 3',
      'closed',
      'ended 3',
    ]);
  });

  it('fails after the items that came before', async () => {
    await expect(take(numbers(3, 3))).rejects.toThrow('number 3');
    expect(events.filter((event) => event.startsWith('ended'))).toEqual(['ended 1', 'ended 2']);
  });

  it('closes the source when the consumer stops, even if the next item fails', async () => {
    await take(numbers(3), 1);
    expect(events.at(-1)).toBe('closed');
    await take(numbers(3, 2), 1);
    expect(events).toEqual(['made 1', 'begun 1', 'closed', 'ended 1']);
  });

  it('is empty if the source is', async () => {
    await take(numbers(0));
    expect(events).toEqual(['closed']);
  });
});
