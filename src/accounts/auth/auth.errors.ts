import { defineProblem } from '#libs/problem';

export const weakPassword = defineProblem('weak-password', {
  status: 422,
  title: 'The password is too weak',
  about: 'The password is one of those that attackers try first, or it is the e-mail address itself.',
});

export const invalidCredentials = defineProblem('invalid-credentials', {
  status: 401,
  title: 'The e-mail address or the password is wrong',
  about: 'No account has this address with this password. Which of the two is wrong is not told on purpose.',
});

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

export const invalidToken = defineProblem('invalid-token', {
  status: 400,
  title: 'The link is not valid',
  about: 'The token of the link is unknown, was used before, or has expired. Ask for a new mail.',
});
