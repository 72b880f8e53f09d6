// Not the index: it loads Nest.
import { parseEnvironment } from '../config/environment.js';
import { runCommand } from './processes/run-command.js';
import { parseCommand, USAGE } from './processes/seed-command.js';

/** `npm run seed -- --users 1000`. Loads the rest once the command and the environment are known to be valid. */
await runCommand(async () => {
  const command = parseCommand(process.argv.slice(2));
  if (command === 'help') {
    return USAGE;
  }
  const config = parseEnvironment(process.env, 'api');
  const { seed } = await import('./processes/seed.js');
  return seed(command, config);
});
