import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lock.mjs';
import { inProject, root, seconds, UserError } from '../project.mjs';

const SOURCES = ['src', 'libs', 'config'];
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  '.swcrc',
];
const STAMP = inProject('dist', '.built-from');

/**
 * Builds dist/ if it is missing or was built from other sources. Compares content, not times: git sets a file's time to
 * that of the checkout.
 */
export async function ensureBuilt(): Promise<void> {
  if (isFresh()) {
    return;
  }
  await withLock(
    inProject('.data', 'build.lock'),
    async (share) => {
      if (!isFresh()) {
        await build(share);
      }
    },
    { onWait: (pid) => console.log(`Waiting for another build (process ${pid}) …`) },
  );
}

function isFresh(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

async function build(share: (pid: number) => void): Promise<void> {
  const startedAt = Date.now();
  // Taken before the build: a change during the build makes the next start build again.
  const builtFrom = fingerprint();
  console.log('Building …');
  const { code, output } = await nestBuild(share);
  if (code !== 0) {
    throw new UserError(`The build failed:\n\n${output.trim()}`);
  }
  writeFileSync(STAMP, builtFrom);
  console.log(`Built (${seconds(startedAt)})`);
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((folder) => filesIn(inProject(folder)));
  for (const path of [...files.sort(), ...SETTINGS.map((name) => inProject(name))]) {
    if (existsSync(path)) {
      const content = readFileSync(path);
      hash.update(`${path.slice(root.length)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** Without tests and mutants: they are not part of the build. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(spec\.ts|mutants\.json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function nestBuild(share: (pid: number) => void): Promise<{ code: number | null; output: string }> {
  const nest = inProject('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    if (child.pid !== undefined) {
      share(child.pid);
    }
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
