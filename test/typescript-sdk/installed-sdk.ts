import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { useFixture } from '../support/fixture.js';
import { holdTemporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const tsc = resolve('node_modules/typescript/bin/tsc');

export interface InstalledSdk {
  /** A project that has installed the SDK. */
  readonly project: string;
  /** The package as it is published, unpacked. */
  readonly package: string;
  readonly tarball: string;
}

/** Builds the SDK in a folder of its own, packs it, and unpacks it where a project would have installed it. */
export function useInstalledSdk(): InstalledSdk {
  return useFixture(async () => {
    const { path: folder } = await holdTemporaryFolder();
    const source = join(folder, 'source');
    cpSync('sdk/typescript', source, { recursive: true, filter: (path) => !path.endsWith('/dist') });
    await compile(source);
    const pack = ['pack', source, '--pack-destination', folder, '--json', '--loglevel=error'];
    const [{ filename }] = JSON.parse((await run('npm', pack)).stdout) as [{ filename: string }];
    const tarball = join(folder, filename);
    const project = join(folder, 'project');
    const unpacked = join(project, 'node_modules', '@gatehouse', 'client');
    mkdirSync(unpacked, { recursive: true });
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', unpacked]);
    return { project, package: unpacked, tarball };
  });
}

/** Makes a project of the TypeScript files in a folder, which are checked as strictly as the SDK's users may. */
export function describeProject(folder: string, options: object): void {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    ...options,
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
}

/** @throws with the compiler's errors */
export async function compile(project: string): Promise<void> {
  try {
    await run(process.execPath, [tsc, '-p', project]);
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout, { cause: error });
  }
}
