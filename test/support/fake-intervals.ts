import { jest } from '@jest/globals';
import { hold } from './fixture.js';

/**
 * From now on until the test is over, new intervals only pass when the test calls `jest.advanceTimersByTime`. Earlier
 * ones and all other timers go on, because connections to servers need them.
 */
export function fakeIntervals(): void {
  jest.useFakeTimers({
    doNotFake: [
      'clearImmediate',
      'clearInterval',
      'clearTimeout',
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'setTimeout',
    ],
  });
  void hold(undefined, () => jest.useRealTimers());
}
