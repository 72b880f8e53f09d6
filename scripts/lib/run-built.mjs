import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { underPinnedNode } from './node24.mjs';
import { inProject, main, root } from './project.mjs';

/** Runs a script's main function under the pinned Node, in the project's folder, on a build that is up to date. */
export function runBuilt(run) {
  return main(async () => {
    const exitCode = await underPinnedNode();
    if (exitCode !== null) {
      return exitCode;
    }
    process.chdir(root);
    await ensureBuilt();
    return run();
  });
}

/** A module of the project that needs the build, and so can't be imported before it. */
export const load = (...names) => import(pathToFileURL(inProject(...names)));
