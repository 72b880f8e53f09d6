import { defineProblem } from '#libs/problem';

export const suppressionNotFound = defineProblem('suppression-not-found', {
  status: 404,
  title: 'Suppression not found',
  about: 'There is no suppression with this ID. It may have been removed, or have ended.',
  fix: 'List the suppressions again.',
});
