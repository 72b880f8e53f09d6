import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { CannotGoOn, inProject } from './project.mjs';

/** Jest needs 24.9 to require ES modules in its sandbox. */
const WANTED = [24, 9];

/**
 * npm scripts find the pinned Node first on their PATH. Called in another way, under an older Node, the script is run
 * again under the pinned one.
 *
 * @returns {Promise<number | null>} the exit code of that run, or null when this Node is new enough to go on
 */
export async function underPinnedNode() {
  if (isNewEnough(process.versions.node)) {
    return null;
  }
  const pinned = candidates().find((path) => existsSync(path));
  if (!pinned || process.env.GATEHOUSE_PINNED_NODE) {
    throw new CannotGoOn(
      `Node ${WANTED.join('.')} or newer is needed to run Gatehouse, and this is ${process.versions.node}. npm normally ` +
        `brings the right one along, but not for ${process.platform} on ${process.arch}. Please install Node 24.`,
    );
  }
  const child = spawn(pinned, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, GATEHOUSE_PINNED_NODE: pinned },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1]);
}

function candidates() {
  const packages = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ];
  return [
    inProject('node_modules', '.bin', 'node'),
    ...packages.map((name) => inProject('node_modules', name, 'bin', 'node')),
  ];
}
