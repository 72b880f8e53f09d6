import { defineProblem } from '#libs/problem';

export const unknownProvider = defineProblem('unknown-provider', {
  status: 404,
  title: 'Unknown provider',
  about: 'There is no provider with this name.',
  fix: 'Get the list from `/auth/oauth/providers`.',
});

export const redirectNotAllowed = defineProblem('redirect-not-allowed', {
  status: 400,
  title: 'Redirect not allowed',
  about: 'A sign-in can only redirect to allowed URLs, so that no one else gets its code.',
  fix: 'Add the URL to `REDIRECT_URLS`, or a prefix of it that ends in `/*`.',
  field: { pointer: '/redirectTo', message: 'must be an allowed URL' },
});

export const invalidState = defineProblem('invalid-state', {
  status: 400,
  title: 'Sign-in expired',
  about:
    'This sign-in was started in a different browser or more than ten minutes ago, or it has already been ' +
    'completed.',
  fix: 'Go back to where you started, and sign in again. The browser must accept cookies.',
});

export const invalidExchangeCode = defineProblem('invalid-exchange-code', {
  status: 400,
  title: 'Invalid code',
  about:
    "The code is unknown, expired or already used, or the verifier doesn't match the one this sign-in was " +
    'started with.',
  fix: 'Start the sign-in again. A code works once and is valid for 60 seconds.',
});

export const accessDenied = defineProblem('access-denied', {
  status: 403,
  title: 'Access denied',
  about: 'The provider says that the user, or someone who manages their account, declined the sign-in.',
  fix: 'Sign in again and allow it, or sign in another way.',
});

export const providerUnavailable = defineProblem('provider-unavailable', {
  status: 503,
  title: 'Provider unavailable',
  about: "The provider can't be reached, or it didn't respond in time.",
  fix: 'Try again later, or sign in another way.',
});

export const invalidProviderResponse = defineProblem('invalid-provider-response', {
  status: 502,
  title: 'Invalid response from the provider',
  about: "The provider rejected our request, or its response isn't valid.",
  fix: 'Sign in again. If this keeps happening, the provider may be misconfigured; see the logs for details.',
});

export const emailRequired = defineProblem('email-required', {
  status: 422,
  title: 'Email address required',
  about: "The provider didn't share an email address, and an account needs one.",
  fix: 'Allow the provider to share your address, or sign up another way, then link the provider.',
});

export const emailNotTrusted = defineProblem('email-not-trusted', {
  status: 422,
  title: 'Email address not verified by the provider',
  about: "The provider didn't confirm that this email address is yours, or isn't trusted to do so.",
  fix: 'Sign in or sign up another way, then link the provider.',
});

export const accountExists = defineProblem('account-exists', {
  status: 409,
  title: 'Account already exists',
  about:
    "An account with this address already exists, and the provider's response isn't enough to sign you in to " +
    'it.',
  fix: 'Sign in another way, then link the provider.',
});

export const identityTaken = defineProblem('identity-taken', {
  status: 409,
  title: 'Identity linked to another account',
  about: 'This provider account is already linked to another account.',
  fix: 'Sign in to the other account and unlink it there, or choose a different provider account.',
});

export const identityNotFound = defineProblem('identity-not-found', {
  status: 404,
  title: 'Identity not found',
  about: 'You have no identity with this ID.',
  fix: 'List your identities again.',
});
