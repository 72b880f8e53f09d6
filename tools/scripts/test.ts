/** `npm test`: builds (tests start real processes from dist/), runs Jest, and ends with one line of totals. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '../embedded/tied-child.ts';
import { inProject, main, root } from '../project.mjs';
import { ensureBuilt } from './build.ts';

/** Arguments with which Jest runs no test. */
const ASKS_ONLY: ReadonlySet<string> = new Set([
  '-h',
  '--help',
  '--version',
  '--showConfig',
  '--listTests',
  '--clearCache',
]);

await main(async () => {
  process.chdir(root);
  const args = process.argv.slice(2);
  if (args.some((arg) => ASKS_ONLY.has(arg))) {
    return jest(args);
  }
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-jest-'));
  try {
    const report = join(folder, 'report.json');
    const code = await jest(['--json', `--outputFile=${report}`, ...args]);
    console.log(summary(report, code));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function jest(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [inProject('node_modules', 'jest', 'bin', 'jest.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
    },
  });
  // Ctrl-C reaches Jest from the terminal; we wait until it has cleaned up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(exitCodeOf({ code, signal })));
  });
}

/** A suite that could not be loaded ran no test that could fail, so it counts as one. */
function summary(path: string, code: number): string {
  const report: Partial<Record<string, number>> = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : {};
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = report;
  const failed = numFailedTests + (report['numRuntimeErrorTestSuites'] ?? 0);
  // If Jest fails as a whole, for example in its global setup, it counts nothing.
  const uncounted = code !== 0 && failed === 0 ? 1 : 0;
  return `${numPassedTests} passed, ${failed + uncounted} failed, ${numPendingTests + numTodoTests} skipped`;
}
