/** Programs that only some commands need. They are fetched once, into a cache that all checkouts share. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../embedded/debian-package.ts';
import { UserError } from '../project.mjs';

const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gatehouse');

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Runs a program. @throws UserError if there is no such program */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 64 << 20, ...options });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
      message,
    } = error as Error & Partial<Omit<Output, 'code'>> & { code?: unknown };
    if (code === 'ENOENT') {
      throw new UserError(`${basename(program)} is not installed, or not on the PATH.`);
    }
    return { code: typeof code === 'number' ? code : 1, stdout, stderr: stderr || message };
  }
}

/** Runs a program that has to succeed. @returns its output @throws UserError with its errors */
export async function must(program: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) {
    throw new UserError(`"${basename(program)} ${args.join(' ')}" failed:\n\n${(stdout + stderr).trim()}`);
  }
  return stdout;
}

/** Builds a program from its Go module. @returns its path */
export async function goProgram(module: string, version: string, main: string): Promise<string> {
  const name = basename(main === '.' ? module : main);
  const folder = await cached(`${name} ${version}`, async (draft) => {
    // Built in the module itself: `go install` refuses modules that replace a dependency.
    const folder = await goModule(module, version);
    await must('go', ['build', '-C', folder, '-trimpath', '-ldflags=-s -w', '-o', join(draft, name), main], {
      env: { ...process.env, GOFLAGS: '-buildvcs=false', GOWORK: 'off' },
    });
  });
  return join(folder, name);
}

/** Downloads a Go module, which Go verifies against its public checksum database. @returns its folder */
export async function goModule(module: string, version: string): Promise<string> {
  if (!findProgram('go')) {
    throw new UserError(
      `${module} is built with Go, which is not installed. See https://go.dev/doc/install.`,
    );
  }
  return (
    JSON.parse(await must('go', ['mod', 'download', '-json', `${module}@${version}`])) as { Dir: string }
  ).Dir;
}

/** promtool: from the PATH, or from Debian's package, which is unpacked but not installed, since that starts a server. */
export async function promtool(): Promise<string> {
  const installed = findProgram('promtool');
  if (installed) {
    return installed;
  }
  if (!findProgram('apt-get')) {
    throw new UserError(
      'promtool is not installed. It is part of Prometheus (macOS: brew install prometheus; Fedora: dnf install ' +
        'golang-github-prometheus; others: https://prometheus.io/download).',
    );
  }
  const folder = await cached('promtool', async (draft) => {
    const download = (): Promise<Output> => run('apt-get', ['download', 'prometheus'], { cwd: draft });
    if ((await download()).code !== 0) {
      // A new machine has no package lists, and only root can fetch them.
      await run('apt-get', ['update', '-q']);
      await must('apt-get', ['download', 'prometheus'], { cwd: draft });
    }
    const [name = ''] = readdirSync(draft);
    await must('dpkg-deb', ['--extract', name, '.'], { cwd: draft });
    rmSync(join(draft, name));
  });
  return join(folder, 'usr', 'bin', 'promtool');
}

/**
 * What the lock file among `files` pins, installed by `install` once for all checkouts, next to copies of the files.
 * @returns the folder in the cache
 */
export function installed(
  name: string,
  folder: string,
  files: readonly string[],
  install: (draft: string) => Promise<unknown> = npmCi,
): Promise<string> {
  const hash = createHash('sha256');
  files.forEach((file) => hash.update(readFileSync(join(folder, file))));
  return cached(`${name} ${hash.digest('hex').slice(0, 12)}`, async (draft) => {
    files.forEach((file) => copyFileSync(join(folder, file), join(draft, file)));
    await install(draft);
  });
}

function npmCi(cwd: string): Promise<string> {
  return must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd });
}

/** A folder in the cache, filled if it is missing. It appears in one step, so that nobody sees half of it. */
export async function cached(name: string, fill: (draft: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name.replaceAll(' ', '-'));
  if (!existsSync(folder)) {
    console.log(`Fetching ${name} …`);
    mkdirSync(CACHE, { recursive: true });
    const draft = mkdtempSync(`${folder}.`);
    try {
      await fill(draft);
      renameSync(draft, folder);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(folder)) {
        throw error;
      }
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return folder;
}
