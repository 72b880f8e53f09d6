import { defineProblem } from '#libs/problem';

export const invalidUnsubscribeLink = defineProblem('invalid-unsubscribe-link', {
  status: 404,
  title: 'Invalid unsubscribe link',
  about: 'This link does not come from one of our emails, or a part of it is missing.',
  fix: 'Copy the whole link from the email, or sign in and change your notification preferences.',
});
