/** `npm run bench`: prints what we reach as shares of what the machine can do, measured side by side in one run. */
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
  const { bench } = await import(pathToFileURL(inProject('test', 'bench', 'bench.mjs')));
  return bench();
});
