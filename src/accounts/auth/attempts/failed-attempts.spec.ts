import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../../../../test/support/api-app.js';
import { FailedAttempts } from './failed-attempts.js';
import { tooManyAttempts } from './attempts.errors.js';

const { app } = useApiApp();

/** A hundred in an hour, and those that a replica checks at once before it counts any. */
const MOST = 100 + 20;

describe('a burst of wrong codes, before any of them is counted', () => {
  it('is checked as far as the limit allows, and no further', async () => {
    const attempts = app.get(FailedAttempts, { strict: false });
    let checked = 0;
    const guess = (): Promise<boolean> => {
      checked += 1;
      return Promise.resolve(false);
    };
    const subject = attempts.ofSession('one that is flooded');
    const results = await Promise.allSettled(
      Array.from({ length: 300 }, () => attempts.check(subject, guess)),
    );
    expect(checked).toBeGreaterThanOrEqual(100);
    expect(checked).toBeLessThanOrEqual(MOST);
    const refused = results.filter(
      (result) => result.status === 'rejected' && tooManyAttempts.is(result.reason),
    );
    expect(refused).toHaveLength(300 - checked);
  });
});
