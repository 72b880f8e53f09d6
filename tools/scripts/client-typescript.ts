/** Generators that npm installs. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../project.mjs';
import { must } from './programs.ts';
import { type Built, generate, type Generator, packagesOf, share } from './client-generator.ts';

const PACKAGES = inProject('node_modules');

/** Not among our own packages, because it needs an older TypeScript. */
const openapiTypescript: Generator = {
  name: 'openapi-typescript',
  needs: {},
  build: async (folder) => {
    const packages = await npmPackages('openapi-typescript');
    return compiled(folder, packages, [
      join(packages, 'openapi-typescript', 'bin', 'cli.js'),
      'openapi.json',
      '--output=generated/api.ts',
    ]);
  },
};

const heyApi: Generator = {
  name: 'hey-api',
  needs: {},
  build: (folder) =>
    compiled(
      folder,
      PACKAGES,
      [
        join(PACKAGES, '@hey-api', 'openapi-ts', 'bin', 'run.js'),
        '--input=openapi.json',
        '--output=generated',
        '--no-log-file',
      ],
      // The generator's own code does without them.
      ['--exactOptionalPropertyTypes', 'false', '--noUncheckedIndexedAccess', 'false'],
    ),
};

/** Not among our own packages, because it is larger than most of them together. */
const orval: Generator = {
  name: 'orval',
  needs: {},
  build: async (folder) => {
    const packages = await npmPackages('orval');
    return compiled(
      folder,
      packages,
      [join(packages, 'orval', 'dist', 'bin', 'orval.mjs'), '--config=orval.config.mjs'],
      // What Zod has parsed may have members that are undefined.
      ['--exactOptionalPropertyTypes', 'false'],
    );
  },
};

export const TYPESCRIPT: readonly Generator[] = [openapiTypescript, heyApi, orval];

/** @returns the folder node_modules with the packages in the lock file of the program */
async function npmPackages(name: string): Promise<string> {
  const folder = await packagesOf(name, ['package.json', 'package-lock.json']);
  return join(folder, 'node_modules');
}

/** Generates with a script for Node, and compiles. */
async function compiled(
  folder: string,
  packages: string,
  generator: readonly string[],
  lenience: readonly string[] = [],
): Promise<Built> {
  share('typescript', folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(packages, join(folder, 'node_modules'));
  const warnings = await generate(process.execPath, generator, folder);
  const tsc = join(PACKAGES, 'typescript', 'bin', 'tsc');
  await must(process.execPath, [tsc, '--typeRoots', join(PACKAGES, '@types'), ...lenience], { cwd: folder });
  return {
    command: [process.execPath, join(folder, 'out', 'program.js')],
    warnings,
  };
}
