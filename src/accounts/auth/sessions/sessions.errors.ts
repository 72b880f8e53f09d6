import { defineProblem } from '#libs/problem';

export const invalidRefreshToken = defineProblem('invalid-refresh-token', {
  status: 401,
  title: 'Invalid refresh token',
  about: 'The refresh token is malformed, or its session has expired or ended.',
  fix: 'Sign in again.',
});

export const refreshTokenReused = defineProblem('refresh-token-reused', {
  status: 401,
  title: 'Refresh token reused',
  about:
    'This refresh token had already been exchanged for a new one. It may have been stolen, so we ended the session.',
  fix: 'Sign in again.',
});

export const sessionNotFound = defineProblem('session-not-found', {
  status: 404,
  title: 'Session not found',
  about: 'You have no session with this ID, or it has ended.',
  fix: 'List your sessions again.',
});
