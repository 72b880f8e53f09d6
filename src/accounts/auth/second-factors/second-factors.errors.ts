import { defineProblem } from '#libs/problem';

export const totpExists = defineProblem('totp-exists', {
  status: 409,
  title: 'Authenticator app already set up',
  about: 'The account already has an authenticator app.',
  fix: 'Remove it first to set up another one.',
});

export const totpNotStarted = defineProblem('totp-not-started', {
  status: 409,
  title: 'Setup not started',
  about: "There's no authenticator app to confirm.",
  fix: 'Start with `POST /auth/mfa/totp`.',
});

export const noSecondFactor = defineProblem('no-second-factor', {
  status: 409,
  title: 'No second factor',
  about: "Recovery codes stand in for a second factor, and the account doesn't have one.",
  fix: 'Set up a second factor first.',
});

export const invalidMfaToken = defineProblem('invalid-mfa-token', {
  status: 401,
  title: 'Sign-in expired',
  about: 'The `mfaToken` is unknown, has expired, has been used, or has been tried too many times.',
  fix: 'Sign in again.',
});
