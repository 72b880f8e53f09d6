/** `npm test`: builds (tests start real processes from dist/), runs Jest and closes with one line that counts. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-jest-'));
  try {
    const report = join(folder, 'report.json');
    const code = await jest(['--json', `--outputFile=${report}`, ...process.argv.slice(2)]);
    console.log(summary(report, code));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function jest(args) {
  const child = spawn(process.execPath, [inProject('node_modules', 'jest', 'bin', 'jest.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
    },
  });
  // Ctrl-C reaches Jest from the terminal itself; we only stay until it has cleaned up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
}

/** A suite that could not even be loaded ran no test that could fail, so it counts as one. */
function summary(path, code) {
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = report;
  const failed = numFailedTests + (report.numRuntimeErrorTestSuites ?? 0);
  // Jest can also fail as a whole, as when its global setup throws, and then counts nothing.
  const unseen = code !== 0 && failed === 0 ? 1 : 0;
  return `${numPassedTests} passed, ${failed + unseen} failed, ${numPendingTests + numTodoTests} skipped`;
}
