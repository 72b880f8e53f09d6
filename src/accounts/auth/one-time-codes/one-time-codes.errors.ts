import { defineProblem } from '#libs/problem';

export const codeRequired = defineProblem('code-required', {
  status: 401,
  title: 'Code required',
  about: 'On its own, the link only signs in the browser that requested it.',
  fix:
    'Send the token along with the code from the same email. `requestedAt`, `ipAddress` and `userAgent` say ' +
    'when and where the email was requested.',
});
