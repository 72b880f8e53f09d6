import { defineProblem } from '#libs/problem';

export const weakPassword = defineProblem('weak-password', {
  status: 422,
  title: 'Password too weak',
  about: 'The password is too common, or it matches the email address. Choose another one.',
});

export const invalidCredentials = defineProblem('invalid-credentials', {
  status: 401,
  title: 'Invalid credentials',
  about: "The email address or password is wrong. For security reasons we don't say which.",
});

export const invalidRefreshToken = defineProblem('invalid-refresh-token', {
  status: 401,
  title: 'Invalid refresh token',
  about: 'The refresh token is malformed, or its session has expired or ended. Sign in again.',
});

export const refreshTokenReused = defineProblem('refresh-token-reused', {
  status: 401,
  title: 'Refresh token reused',
  about:
    'This refresh token had already been exchanged for a new one. It may have been stolen, so we ended the session. ' +
    'Sign in again.',
});

export const sessionNotFound = defineProblem('session-not-found', {
  status: 404,
  title: 'Session not found',
  about: 'You have no session with this ID, or it has ended.',
});

export const invalidToken = defineProblem('invalid-token', {
  status: 400,
  title: 'Invalid or expired link',
  about: 'The token in the link is unknown, already used or expired. Request a new email.',
});
