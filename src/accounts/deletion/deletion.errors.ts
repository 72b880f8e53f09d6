import { defineProblem } from '#libs/problem';

export const deletionNotFound = defineProblem('deletion-not-found', {
  status: 404,
  title: 'No pending deletion',
  about:
    'The account is not about to be deleted: nobody asked for that, or the deletion was already canceled.',
  fix: 'There is nothing to cancel.',
});
