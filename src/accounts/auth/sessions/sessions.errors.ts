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

export const originNotAllowed = defineProblem('origin-not-allowed', {
  status: 403,
  title: 'Origin not allowed',
  about:
    'Only pages from an allowed origin may keep a refresh token in a cookie, so that no other site can use ' +
    'the token.',
  fix: "Add your page's origin to `CORS_ORIGINS`; `*` isn't enough. Outside browsers, don't use the cookie.",
});

export const sessionNotFound = defineProblem('session-not-found', {
  status: 404,
  title: 'Session not found',
  about: 'You have no session with this ID, or it has ended.',
  fix: 'List your sessions again.',
});
