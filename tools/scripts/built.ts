/**
 * Runs a module that needs the build, such as `node tools/scripts/built.ts test/bench/bench.mjs bench`: builds if needed,
 * imports the module, and calls the export if one is named.
 */
import { pathToFileURL } from 'node:url';
import { inProject, main, root } from '../project.mjs';
import { ensureBuilt } from './build.ts';

await main(async () => {
  const [path = '', name] = process.argv.splice(2, 2);
  process.chdir(root);
  await ensureBuilt();
  const module = (await import(pathToFileURL(inProject(path)).href)) as Record<string, () => unknown>;
  return name && module[name]?.();
});
