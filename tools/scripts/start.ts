/** `npm start`: builds if something changed, then runs the supervisor in this process. */
import { existsSync } from 'node:fs';
import { once } from '../embedded/application.ts';
import { supervise } from '../embedded/supervisor.ts';
import { inProject, main, refuseArguments, root } from '../project.mjs';
import { ensureBuilt } from './build.ts';

// If the reader of our output goes away, the servers still have to be stopped.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

await main(async () => {
  refuseArguments();
  process.chdir(root);
  await ensureBuilt();
  if (existsSync('.env')) {
    process.loadEnvFile('.env');
  }
  const exitCode = await supervise({
    env: process.env,
    root,
    app: once(process.execPath, [inProject('dist', 'src', 'main.js')], root),
    print: (text) => console.log(text),
  });
  process.exit(exitCode);
});
