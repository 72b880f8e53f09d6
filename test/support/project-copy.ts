import { chmodSync, cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { holdTemporaryFolder } from './temporary-folder.js';

/** What commands need of the project; packages are linked. */
const PARTS = [
  '.dependency-cruiser.folders.mjs',
  '.dependency-cruiser.mjs',
  '.oxlintrc.json',
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
