import { spawnSync } from 'node:child_process';
import { platform } from 'node:os';

let known: boolean | undefined;

/**
 * Whether setpriv can have the kernel signal a child when its parent dies. util-linux's can since 2.33; BusyBox has
 * another program of the same name.
 */
export function hasDeathSignals(): boolean {
  known ??=
    platform() === 'linux' &&
    (spawnSync('setpriv', ['--help'], { encoding: 'utf8' }).stdout ?? '').includes('--pdeathsig');
  return known;
}
