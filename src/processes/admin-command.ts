import { parseArgs } from 'node:util';
import { parseEmail } from '../../config/parsers.js';

export const USAGE = `Manages accounts from a shell. Needs the same environment as the application.

  list                    lists the administrators
  create EMAIL            creates an administrator, and prints the password
  reset-password EMAIL    sets a new password for any account, signs out all of its devices, and prints the password
  rotate-keys             seals and hashes all that is stored with the first of ENCRYPTION_KEYS and BLIND_INDEX_KEYS, in the
                          background
  key-usage               says what each other key is still needed for; exits with 0 if all of them can go
  rebuild-recipients      compares the copy of all users that notifications has, if it runs apart, with accounts
`;

/** About administrators. */
export type AccountCommand =
  { readonly name: 'list' } | { readonly name: 'create' | 'reset-password'; readonly email: string };

export type AdminCommand =
  | AccountCommand
  | { readonly name: 'rebuild-recipients' }
  | { readonly name: 'rotate-keys' }
  | { readonly name: 'key-usage' };

/** Those without an address. */
const ALONE = ['list', 'rebuild-recipients', 'rotate-keys', 'key-usage'] as const;

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
  const alone = ALONE.find((each) => each === name);
  if (alone && email === undefined) {
    return { name: alone };
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
