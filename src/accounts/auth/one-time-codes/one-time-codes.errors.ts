import { defineProblem } from '#libs/problem';

export const codeRequired = defineProblem('code-required', {
  status: 401,
  title: 'Code required',
  about: 'The link alone signs in only the browser that requested it.',
  fix: 'Send it with the code from the same email. `requestedAt`, `ipAddress` and `userAgent` say where it was requested.',
});
