import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The version of this build, from its package.json. */
export const VERSION = readVersion();

function readVersion(): string {
  const path = findPackageJSON(import.meta.url);
  const { version } = JSON.parse(path === undefined ? '{}' : readFileSync(path, 'utf8')) as {
    version?: string;
  };
  return version ?? 'unknown';
}
