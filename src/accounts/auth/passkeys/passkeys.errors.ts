import { defineProblem } from '#libs/problem';

export const invalidPasskey = defineProblem('invalid-passkey', {
  status: 401,
  title: 'Invalid passkey',
  about: 'The passkey is unknown, or its response is invalid, expired or already used.',
  fix: 'Get new options and try again, or sign in another way.',
});

export const passkeyRejected = defineProblem('passkey-rejected', {
  status: 400,
  title: 'Passkey rejected',
  about: "The authenticator's response doesn't belong to the latest options, or it can't be verified.",
  fix: 'Get new options and try again.',
});

export const passkeyExists = defineProblem('passkey-exists', {
  status: 409,
  title: 'Passkey already added',
  about: 'This passkey has already been added.',
  fix: 'Use it to sign in, or add a different one.',
});

export const tooManyPasskeys = defineProblem('too-many-passkeys', {
  status: 409,
  title: 'Too many passkeys',
  about: 'An account can have at most 50 passkeys.',
  fix: 'Remove one that you no longer need.',
});

export const passkeyNotFound = defineProblem('passkey-not-found', {
  status: 404,
  title: 'Passkey not found',
  about: 'You have no passkey with this ID.',
  fix: 'List your passkeys with `GET /auth/passkeys`.',
});
