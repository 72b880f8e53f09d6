import { defineProblem } from '#libs/problem';

export const invalidToken = defineProblem('invalid-token', {
  status: 400,
  title: 'Invalid or expired link',
  about: 'The token in the link is unknown or expired.',
  fix: 'Request a new email.',
});
