import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { spawnTied } from '../embedded/tied-child.ts';
import { inProject, root } from '../project.mjs';

/** Prints type errors after each change, in a process of its own: the application doesn't wait for them. */
export function startTypeChecker(): ChildProcess {
  const child = spawnTied({
    command: process.execPath,
    args: [
      inProject('node_modules', 'typescript', 'bin', 'tsc'),
      '--project',
      'tsconfig.build.json',
      '--noEmit',
      '--watch',
      '--preserveWatchOutput',
    ],
    env: process.env,
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    deathSignal: 'SIGKILL',
  });
  if (child.pid !== undefined) {
    // The restart of the application comes first.
    setPriority(child.pid, 10);
  }
  return child;
}
