import { defineProblem } from '#libs/problem';

export const invalidRefreshToken = defineProblem('invalid-refresh-token', {
  status: 401,
  title: 'The refresh token is not valid',
  about: 'The refresh token is malformed, or its session has expired or ended. Sign in again.',
});

export const refreshTokenReused = defineProblem('refresh-token-reused', {
  status: 401,
  title: 'The refresh token was used before',
  about:
    'A refresh token that had been traded for a new one came again, so it may have been stolen, and its session ' +
    'was ended. Sign in again.',
});

export const sessionNotFound = defineProblem('session-not-found', {
  status: 404,
  title: 'There is no such session',
  about: 'You have no session with this id, or it has ended.',
});
