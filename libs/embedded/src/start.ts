import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { supervise } from './supervisor.js';

// A reader of our output that went away is no reason to leave the servers without a stop.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

/** The project's folder, seen from dist/libs/embedded/src. */
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const envFile = join(root, '.env');
if (existsSync(envFile)) {
  process.loadEnvFile(envFile);
}
const exitCode = await supervise({
  env: process.env,
  root,
  app: { command: process.execPath, args: [join('dist', 'src', 'main.js')] },
  print: (text) => console.log(text),
});
process.exit(exitCode);
