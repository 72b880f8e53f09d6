import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { CannotGoOn, inProject, root, seconds } from './project.mjs';

const SOURCES = ['src', 'libs', 'config', 'migrations'];
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
 * Makes dist/ when it is missing or was made from other sources. By content, not by time: git gives a file that it
 * checks out the time of the checkout.
 */
export async function ensureBuilt() {
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

function isFresh() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

async function build(share) {
  const startedAt = Date.now();
  // Before the build: what is saved while it runs makes the next start build again.
  const builtFrom = fingerprint();
  console.log('Building …');
  const nest = inProject('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { code, output } = await run(process.execPath, [nest, 'build'], share);
  if (code !== 0) {
    throw new CannotGoOn(`The build failed:\n\n${output.trim()}`);
  }
  writeFileSync(STAMP, builtFrom);
  console.log(`Built (${seconds(startedAt)})`);
}

function fingerprint() {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((folder) => filesBelow(inProject(folder)));
  for (const path of [...files.sort(), ...SETTINGS.map((name) => inProject(name))]) {
    if (existsSync(path)) {
      const content = readFileSync(path);
      hash.update(`${path.slice(root.length)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** Tests are not part of the build, so a change to one doesn't need another. */
function filesBelow(folder) {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function run(command, args, onSpawn) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    onSpawn(child.pid);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
