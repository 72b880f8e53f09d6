import { defineProblem } from '#libs/problem';

export const deletionNotFound = defineProblem('deletion-not-found', {
  status: 404,
  title: 'No pending deletion',
  about:
    "The account isn't about to be deleted: nobody asked for that, the deletion was already canceled, or it's too late.",
  fix: "There's nothing to cancel. If it's too late, the account is deleted within a minute.",
});
