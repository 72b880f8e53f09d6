import { defineProblem } from '#libs/problem';

export const exceedsYourPermissions = defineProblem('exceeds-your-permissions', {
  status: 403,
  title: 'Exceeds your permissions',
  about:
    "You can't grant or revoke permissions that you don't have, or change the account of someone who has them.",
  fix: 'Ask someone who has these permissions.',
});
