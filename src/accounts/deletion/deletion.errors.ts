import { defineProblem } from '#libs/problem';

export const deletionNotFound = defineProblem('deletion-not-found', {
  status: 404,
  title: 'No pending deletion',
  about:
    "There's no deletion to cancel: it was never requested, it was already canceled, or it has already " +
    'started.',
  fix:
    "If the deletion was canceled or never requested, you don't need to do anything. Once it has " +
    "started, it can't be stopped.",
});
