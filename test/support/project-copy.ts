import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../embedded/temporary-folder.js';

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

/** A copy of the project for tests that change it. `removeTemporaryFolders` removes it. */
export function copyProject(): string {
  const folder = temporaryFolder();
  PARTS.filter((part) => existsSync(part)).forEach((part) =>
    cpSync(part, join(folder, part), { recursive: true }),
  );
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
