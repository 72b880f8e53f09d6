import { defineProblem } from '#libs/problem';

export const invalidCredentials = defineProblem('invalid-credentials', {
  status: 401,
  title: 'Invalid credentials',
  about: "The email address or password is wrong. For security reasons, we don't say which.",
  fix: 'Check both and try again.',
});

export const invalidCode = defineProblem('invalid-code', {
  status: 401,
  title: 'Invalid or expired code',
  about: 'The code is wrong, has expired, has been used, or has been tried too many times.',
  fix: 'Check it, or use a new one.',
});

export const mfaRequired = defineProblem('mfa-required', {
  status: 401,
  title: 'Second factor required',
  about: 'The first step of the sign-in succeeded, but this account also requires a second factor.',
  fix: 'Send the `mfaToken` with one of the `factors` to `/auth/login/mfa`.',
});

export const lastSignInMethod = defineProblem('last-sign-in-method', {
  status: 409,
  title: 'Last way to sign in',
  about: "This is your only way to sign in, so it can't be removed.",
  fix: 'Set a password or add another way to sign in first.',
});
