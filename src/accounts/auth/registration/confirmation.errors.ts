import { defineProblem } from '#libs/problem';

export const passwordRequired = defineProblem('password-required', {
  status: 401,
  title: 'Password required',
  about: 'Anyone can register an address, so the link alone is not enough.',
  fix: 'Send it with the password of the registration that its email came from, or from the browser that registered.',
});
