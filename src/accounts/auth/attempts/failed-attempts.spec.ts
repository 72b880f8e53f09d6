import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { useApiApp } from '../../../../test/support/api-app.js';
import { hold } from '../../../../test/support/fixture.js';
import { eventually } from '../../../../test/support/servers.js';
import { FailedAttempts } from './failed-attempts.js';
import { FailedAttemptsPurge } from './failed-attempts.purge.js';
import { tooManyAttempts } from './attempts.errors.js';

const { app, clock } = useApiApp();

/** Those that a replica checks at once before it counts any. */
const UNCOUNTED = 20;
/** A hundred in an hour. */
const MOST = 100 + UNCOUNTED;

function failedAttempts(): FailedAttempts {
  return app.get(FailedAttempts, { strict: false });
}

const wrong = (): Promise<boolean> => Promise.resolve(false);
const right = (): Promise<boolean> => Promise.resolve(true);

describe('a burst of wrong codes, before any of them is counted', () => {
  it('is checked as far as the limit allows, and no further', async () => {
    const attempts = failedAttempts();
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

describe('codes that are being checked', () => {
  it('are counted before that from the twenty-first on, which those of a user hardly ever reach', async () => {
    const attempts = failedAttempts();
    const subject = attempts.ofSession('one with many at once');
    for (let count = 0; count <= UNCOUNTED; count += 1) {
      await attempts.check(subject, right);
    }
    const gate = await hold(Promise.withResolvers<boolean>(), ({ resolve }) => resolve(true));
    const checkMore = (count: number) =>
      Array.from({ length: count }, () => attempts.check(subject, () => gate.promise));
    const running = checkMore(UNCOUNTED);
    expect(await attempts.count(subject)).toBe(0);
    await attempts.check(subject, right);
    running.push(...checkMore(5));
    await eventually(async () => expect(await attempts.count(subject)).toBe(5));
    gate.resolve(true);
    await Promise.all(running);
    expect(await attempts.count(subject)).toBe(0);
  });

  it('do not count if they cannot be checked', async () => {
    const attempts = failedAttempts();
    const subject = attempts.ofSession('one whose code cannot be checked');
    for (let count = 1; count <= UNCOUNTED; count += 1) {
      await attempts.check(subject, wrong);
    }
    const failing = attempts.check(subject, () => Promise.reject(new Error('PostgreSQL is down')));
    await expect(failing).rejects.toThrow('PostgreSQL is down');
    expect(await attempts.count(subject)).toBe(UNCOUNTED);
  });
});

describe('after a hundred wrong codes', () => {
  it('the next one is checked when the first of them is an hour ago, which we say to the second', async () => {
    const attempts = failedAttempts();
    const subject = attempts.ofSession('one that has to wait');
    const expectWait = (seconds: number) =>
      expect(attempts.check(subject, wrong)).rejects.toMatchObject({
        occurrence: { headers: { 'Retry-After': String(seconds) } },
      });
    await attempts.check(subject, wrong);
    clock.advance({ minutes: 10, ms: 1 });
    for (let count = 2; count <= 100; count += 1) {
      await attempts.check(subject, wrong);
    }
    await expectWait(3_000);
    clock.advance({ seconds: 2_999 });
    await expectWait(1);
    clock.advance({ seconds: 1 });
    expect(await attempts.check(subject, right)).toBe(true);
  });
});

describe('the purge', () => {
  it('keeps a wrong code for as long as it counts', async () => {
    const attempts = failedAttempts();
    const subject = attempts.ofSession('one with a wrong code');
    const purge = new FailedAttemptsPurge(app.get(Connections).database('accounts'), clock);
    await attempts.check(subject, wrong);
    clock.advance({ minutes: 60 });
    await purge.purge(new AbortController().signal);
    expect(await attempts.count(subject)).toBe(1);
    clock.advance({ ms: 1 });
    expect(await attempts.count(subject)).toBe(0);
  });
});
