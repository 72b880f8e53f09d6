/** `npm run spec`: writes openapi/*.json from the code; with `--check`, says whether they are up to date. */
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
  await import(pathToFileURL(inProject('dist', 'src', 'spec.js')));
});
