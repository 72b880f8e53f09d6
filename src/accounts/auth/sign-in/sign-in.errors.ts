import { defineProblem } from '#libs/problem';

export const invalidCredentials = defineProblem('invalid-credentials', {
  status: 401,
  title: 'The e-mail address or the password is wrong',
  about: 'No account has this address with this password. Which of the two is wrong is not told on purpose.',
});

export const mfaRequired = defineProblem('mfa-required', {
  status: 401,
  title: 'A second factor is required',
  about:
    'The first proof was right, but this account has a second factor. Send the `mfaToken` with one of the `factors` to ' +
    '`/auth/login/mfa` to get a session.',
});
