// Not the index: it loads Nest.
import { parseEnvironment } from '../config/environment.js';
import { parseCommand, USAGE } from './processes/admin-command.js';
import { runCommand } from './processes/run-command.js';

/** `npm run admin -- list`. Loads the rest once the command and the environment are known to be valid. */
await runCommand(async () => {
  const command = parseCommand(process.argv.slice(2));
  if (command === 'help') {
    return USAGE;
  }
  const config = parseEnvironment(process.env, 'api');
  const { administer } = await import('./processes/admin.js');
  return administer(command, config);
});
