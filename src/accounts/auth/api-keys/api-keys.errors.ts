import { defineProblem } from '#libs/problem';

export const apiKeyNotFound = defineProblem('api-key-not-found', {
  status: 404,
  title: 'API key not found',
  about: 'You have no API key with this ID. It may have been revoked.',
  fix: 'List your API keys again.',
});

export const tooManyApiKeys = defineProblem('too-many-api-keys', {
  status: 409,
  title: 'Too many API keys',
  about: 'An account can have at most 50 API keys.',
  fix: 'Revoke one that you no longer use.',
});
