import { defineProblem } from '#libs/problem';

export const idempotencyKeyReused = defineProblem('idempotency-key-reused', {
  status: 422,
  title: 'The idempotency key was used for another request',
  about: 'The same `Idempotency-Key` came with another body. Use a new key for each new request.',
});

export const idempotentRequestRunning = defineProblem('idempotent-request-running', {
  status: 409,
  title: 'The first request with this key is still running',
  about: 'Another request with the same `Idempotency-Key` has not been answered yet. Try again in a moment.',
});
