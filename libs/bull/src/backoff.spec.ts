import { describe, expect, it } from '@jest/globals';
import { accounts, notifications } from '#libs/contracts';
import { sendMail } from '../../../src/notifications/index.js';
import { backoffDelay } from './backoff.js';

const CHANCES = [0, 0.1, 0.5, 0.9, 0.999999];
const TEN_MINUTES_MS = 600_000;

describe('backoffDelay', () => {
  const plain = { baseMs: 1_000, capMs: 10_000, jitter: 0 };

  it('doubles with every retry, up to the cap', () => {
    const delays = [1, 2, 3, 4, 5, 6, 500].map((retry) => backoffDelay(plain, retry, 0.5));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it('subtracts no more than the jitter fraction', () => {
    const jittery = { ...plain, jitter: 0.5 };
    expect(backoffDelay(jittery, 2, 0)).toBe(2_000);
    expect(backoffDelay(jittery, 2, 0.999999)).toBe(1_000);
  });

  it('is never zero, which Bull would take for no backoff', () => {
    expect(backoffDelay({ baseMs: 1, capMs: 1, jitter: 1 }, 1, 0.999999)).toBe(1);
  });

  it('keeps to the cap after so many retries that the delay would outgrow any number', () => {
    expect(backoffDelay(plain, 5_000, 0)).toBe(10_000);
  });

  it('doubles again after the given number of retries, up to the later cap', () => {
    const patient = { ...plain, later: { afterRetries: 5, capMs: 60_000 } };
    expect([5, 6, 7, 8, 9].map((retry) => backoffDelay(patient, retry, 0))).toEqual([
      10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
    // Not at the number itself, even if the first cap is far away.
    const early = { ...plain, later: { afterRetries: 2, capMs: 60_000 } };
    expect([2, 3].map((retry) => backoffDelay(early, retry, 0))).toEqual([2_000, 20_000]);
  });
});

const PATIENT = [sendMail, notifications.deliver, accounts.deliver];

describe.each(PATIENT.flatMap((job) => CHANCES.map((chance) => [job.name, chance, job] as const)))(
  'the backoff of %s with a random value of %d',
  (_, chance, job) => {
    const { backoff, attempts } = job;
    const delays = Array.from({ length: attempts - 1 }, (_, index) =>
      backoffDelay(backoff, index + 1, chance),
    );

    it('retries within five seconds', () => {
      expect(delays[0]).toBeLessThanOrEqual(5_000);
    });

    it('retries at least once a minute for the first ten minutes', () => {
      let elapsed = 0;
      for (const delay of delays) {
        if (elapsed < TEN_MINUTES_MS) {
          expect(delay).toBeLessThanOrEqual(60_000);
        }
        elapsed += delay;
      }
    });

    it('retries at least every fifteen minutes for two days', () => {
      expect(Math.max(...delays)).toBeLessThanOrEqual(900_000);
      expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(2 * 86_400_000);
    });
  },
);

it.each([accounts.confirm, notifications.confirm])(
  '$name retries for longer than a restart of Redis takes',
  (job) => {
    const delays = Array.from({ length: job.attempts - 1 }, (_, index) =>
      backoffDelay(job.backoff, index + 1, 0.999999),
    );
    expect(delays[0]).toBeLessThanOrEqual(1_000);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(60_000);
  },
);

it('send-mail may take longer than a server that is slow to confirm the end of a message', () => {
  expect(sendMail.timeoutMs).toBeGreaterThan(60_000);
  expect(sendMail.visibleFields).toEqual(['deliveryId']);
});
