/** `npm run check`: everything that can be judged without running the application. One line for each gate. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ensureBuilt } from './lib/build.mjs';
import { underPinnedNode } from './lib/node24.mjs';
import { inProject, main, root, seconds } from './lib/project.mjs';

const FOLDERS = ['src', 'libs', 'config', 'migrations', 'test'];

/** Slow ones first, so that a second processor is not left with the longest at the end. */
const GATES = [
  { name: 'types', tool: ['typescript', 'bin', 'tsc'], args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'format', tool: ['prettier', 'bin', 'prettier.cjs'], args: ['--check', '--log-level=warn', '.'] },
  { name: 'spec', file: ['dist', 'src', 'spec.js'], args: ['--check'], before: ensureBuilt },
  { name: 'lint', tool: ['oxlint', 'bin', 'oxlint'], args: ['--type-aware'] },
  {
    name: 'imports',
    tool: ['dependency-cruiser', 'bin', 'dependency-cruiser.mjs'],
    args: ['--output-type', 'err-long', ...FOLDERS],
  },
  { name: 'unused', tool: ['knip', 'bin', 'knip.js'], args: ['--no-progress'] },
  {
    // What only tests and scripts need must not stand among the packages of the production image.
    name: 'unused in production',
    tool: ['knip', 'bin', 'knip.js'],
    args: ['--no-progress', '--production', '--include', 'files,dependencies,unlisted,unresolved'],
  },
];

await main(async () => {
  const exitCode = await underPinnedNode();
  if (exitCode !== null) {
    return exitCode;
  }
  process.chdir(root);
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !GATES.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no gate "${unknown.join('", "')}". There are: ${GATES.map(({ name }) => name).join(', ')}.`,
    );
    return 1;
  }
  const open = GATES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const failed = [];
  const lane = async () => {
    for (let gate = open.shift(); gate; gate = open.shift()) {
      if (!(await passes(gate))) {
        failed.push(gate.name);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  console.log(failed.length === 0 ? '\nAll gates passed.' : `\nFailed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
});

async function passes(gate) {
  const startedAt = Date.now();
  const { code, output } = await run(gate);
  const warnings = /Found (\d+) warnings?/.exec(output)?.[1] ?? '0';
  const note = warnings === '0' ? '' : `, ${warnings} warnings`;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${gate.name} (${seconds(startedAt)}${note})`);
  if (code !== 0) {
    console.log(`\n${output.trim()}\n`);
  }
  return code === 0;
}

async function run({ tool, file, args, before }) {
  try {
    await before?.();
  } catch (error) {
    return { code: 1, output: error.message };
  }
  const path = file ? inProject(...file) : inProject('node_modules', ...tool);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
