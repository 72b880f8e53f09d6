import { defineProblem } from '#libs/problem';

export const invalidToken = defineProblem('invalid-token', {
  status: 400,
  title: 'The link is not valid',
  about: 'The token of the link is unknown, was used before, or has expired. Ask for a new mail.',
});
