import { parseArgs } from 'node:util';

const PASSWORD = 'seven brave otters';

export const USAGE = `Fills the database with made-up users, to try things out with many. Refuses to run in production.

  --users N        how many, up to 10,000,000
  --password TEXT  their password. Default: ${PASSWORD}

They are seed-1@acme.example and so on. Those who are there from an earlier run stay as they are.
`;

export interface SeedCommand {
  readonly users: number;
  readonly password: string;
}

/** @throws Error that says how to use it */
export function parseCommand(args: string[]): SeedCommand | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string', default: '' },
      password: { type: 'string', default: PASSWORD },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  const users = /^[1-9]\d{0,7}$/.test(values.users) ? Number(values.users) : 0;
  if (users < 1 || users > 10_000_000) {
    throw new Error(USAGE);
  }
  return { users, password: values.password };
}
