/** `npm start`: builds when something changed, then runs the supervisor in this very process. */
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './lib/build.mjs';
import { underPinnedNode } from './lib/node24.mjs';
import { inProject, main, root } from './lib/project.mjs';

await main(async () => {
  const exitCode = await underPinnedNode();
  if (exitCode !== null) {
    return exitCode;
  }
  process.chdir(root);
  await ensureBuilt();
  await import(pathToFileURL(inProject('dist', 'libs', 'embedded', 'src', 'start.js')));
});
