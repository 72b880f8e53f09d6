import { defineProblem } from '#libs/problem';

export const totpExists = defineProblem('totp-exists', {
  status: 409,
  title: 'Authenticator app already set up',
  about: 'The account has an authenticator app.',
  fix: 'Remove it first to set up another one.',
});

export const totpNotStarted = defineProblem('totp-not-started', {
  status: 409,
  title: 'Set-up not started',
  about: "There's no authenticator app to confirm.",
  fix: 'Start with `POST /auth/mfa/totp`.',
});

export const noSecondFactor = defineProblem('no-second-factor', {
  status: 409,
  title: 'No second factor',
  about: 'Recovery codes replace a second factor, and the account has none.',
  fix: 'Set one up first.',
});

export const invalidMfaToken = defineProblem('invalid-mfa-token', {
  status: 401,
  title: 'Sign-in expired',
  about: 'The `mfaToken` is unknown, has expired, has been used, or was tried too often.',
  fix: 'Sign in again.',
});
