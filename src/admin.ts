// Not the index: it loads Nest.
import { parseEnvironment } from '../config/environment.js';
import { requireNode } from './node-version.js';
import { parseCommand, USAGE } from './processes/admin-command.js';

/** `npm run admin -- list`. Loads the rest once the command and the environment are known to be valid. */
async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  if (command === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const config = parseEnvironment(process.env, 'api');
  const { administer } = await import('./processes/admin.js');
  process.stdout.write(await administer(command, config));
}

requireNode();
await main().catch(async (error: unknown) => {
  const { redactText } = await import('#libs/telemetry');
  process.stderr.write(`${redactText(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = 1;
});
