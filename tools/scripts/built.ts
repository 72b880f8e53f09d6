/**
 * Runs a module that needs the build, such as `node tools/scripts/built.ts test/bench/bench.mjs bench`: builds if needed,
 * imports the module, and calls the export if one is named.
 */
import { pathToFileURL } from 'node:url';
import { inProject, main, root, UserError } from '../project.mjs';
import { ensureBuilt } from './build.ts';

await main(async () => {
  // Options are for the module.
  const isNamed = /^\w/.test(process.argv[3] ?? '');
  const [path = '', name] = process.argv.splice(2, isNamed ? 2 : 1);
  process.chdir(root);
  await ensureBuilt();
  const module = (await import(pathToFileURL(inProject(path)).href)) as Record<
    string,
    (() => unknown) | undefined
  >;
  if (name === undefined) {
    return 0;
  }
  const named = module[name];
  if (!named) {
    throw new UserError(`Unknown argument "${name}". README.md lists all commands.`);
  }
  return named();
});
