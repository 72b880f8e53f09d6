import { execFile } from 'node:child_process';
import { chmodSync, cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { holdTemporaryFolder } from './temporary-folder.js';

/** What commands need of the project; packages are linked. */
const PARTS = [
  '.dependency-cruiser.folders.mjs',
  '.dependency-cruiser.mjs',
  '.oxlintrc.json',
  '.prettierignore',
  '.prettierrc.json',
  '.swcrc',
  'config',
  'docs',
  'jest.config.mjs',
  'knip.jsonc',
  'libs',
  'nest-cli.json',
  'openapi',
  'package.json',
  'src',
  'test/e2e',
  'test/embedded',
  'test/support',
  'tools',
  'tsconfig.build.json',
  'tsconfig.json',
];

/** A copy of the project, for tests that change it. It goes with the test, or with the suite. */
export async function copyProject(): Promise<string> {
  const { path: folder } = await holdTemporaryFolder();
  // As root, PostgreSQL runs as another user, who has to pass.
  chmodSync(folder, 0o711);
  PARTS.forEach((part) => cpSync(part, join(folder, part), { recursive: true }));
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Runs a script of the copy's, or a program of a package. @returns what it printed; throws if it fails */
export async function runNode(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const running = promisify(execFile)(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    maxBuffer: 16 << 20,
  });
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
  });
  return stdout + stderr;
}

/**
 * What `npm run check` says about the copy. Takes longer than most tests.
 * @param changed the folders to lint
 */
export async function checkCode(folder: string, changed: readonly string[]): Promise<void> {
  const cruise = async (...options: string[]): Promise<void> => {
    const cruiser = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
    await runNode(folder, [cruiser, ...options, '--output-type=err-long', 'src', 'libs', 'config']);
  };
  await Promise.all([
    runNode(folder, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']),
    (async () => {
      await cruise();
      await cruise('--config=.dependency-cruiser.folders.mjs');
      expect(await runNode(folder, ['node_modules/oxlint/bin/oxlint', '--type-aware', ...changed])).toContain(
        'Found 0 warnings and 0 errors',
      );
      const prettier = 'node_modules/prettier/bin/prettier.cjs';
      await runNode(folder, [prettier, '--check', 'src', 'libs/contracts']);
    })(),
  ]);
}
