/**
 * `npm run dev`: `npm start` for developers. The servers stay up, and every change to the sources restarts the application.
 * `--inspect` chooses the debugger's port.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WatchedApplication } from '../dev/watched-application.ts';
import { preferredPort } from '../embedded/ports.ts';
import { supervise } from '../embedded/supervisor.ts';
import { main, root, UserError } from '../project.mjs';

const INSPECTOR_PORT = 9229;

// If the reader of our output goes away, the servers still have to be stopped.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

await main(async () => {
  const { values } = parseArgs({ options: { inspect: { type: 'string' } } });
  process.chdir(root);
  if (existsSync('.env')) {
    process.loadEnvFile('.env');
  }
  const print = (text: string): void => console.log(text);
  const app = new WatchedApplication(await inspectorPort(values.inspect), print);
  // As Ctrl-C: whatever was started has to be stopped.
  void app.watch().catch((error: unknown) => {
    print(`\nThe sources can't be watched any more: ${String(error)}\n`);
    process.kill(process.pid, 'SIGTERM');
  });
  const exitCode = await supervise({ env: process.env, root, app, print });
  process.exit(exitCode);
});

async function inspectorPort(wanted: string | undefined): Promise<number> {
  if (wanted === undefined) {
    return preferredPort(INSPECTOR_PORT);
  }
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UserError(
      `--inspect takes a port, such as --inspect=${INSPECTOR_PORT}; "${wanted}" isn't one.`,
    );
  }
  return port;
}
