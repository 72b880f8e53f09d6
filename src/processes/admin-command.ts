import { parseArgs } from 'node:util';
import { parseEmail } from '../../config/parsers.js';

export const USAGE = `Manages accounts from a shell. Needs the same environment as the application.

  list                    lists the administrators
  create EMAIL            creates an administrator, and prints the password
  reset-password EMAIL    sets a new password for any account, signs out all of its devices, and prints the password
  rebuild-recipients      compares the copy of all users that notifications has, if it runs apart, with accounts
`;

export type AdminCommand =
  | { readonly name: 'list' }
  | { readonly name: 'rebuild-recipients' }
  | { readonly name: 'create' | 'reset-password'; readonly email: string };

/** @throws Error that says how to use it */
export function parseCommand(args: string[]): AdminCommand | 'help' {
  const { values, positionals } = parseArgs({
    args,
    options: { help: { type: 'boolean', short: 'h', default: false } },
    allowPositionals: true,
  });
  const [name, email, ...rest] = positionals;
  if (values.help) {
    return 'help';
  }
  if ((name === 'list' || name === 'rebuild-recipients') && email === undefined) {
    return { name };
  }
  if ((name === 'create' || name === 'reset-password') && email !== undefined && rest.length === 0) {
    return { name, email: addressIn(email) };
  }
  throw new Error(USAGE);
}

function addressIn(text: string): string {
  try {
    return parseEmail(text);
  } catch (error) {
    throw new Error(`"${text}" ${(error as Error).message}`, { cause: error });
  }
}
