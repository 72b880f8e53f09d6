import { defineProblem } from '#libs/problem';

export const idempotencyKeyReused = defineProblem('idempotency-key-reused', {
  status: 422,
  title: 'Idempotency key already used',
  about: 'This `Idempotency-Key` was already used with a different body.',
  fix: 'Use a new key for each new request.',
});

export const idempotentRequestRunning = defineProblem('idempotent-request-running', {
  status: 409,
  title: 'Original request still in progress',
  about: 'An earlier request with the same `Idempotency-Key` is still in progress.',
  fix: 'Try again in a moment.',
});
