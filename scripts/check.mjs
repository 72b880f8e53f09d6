/** `npm run check`: everything that can be judged without running the application. One line for each gate. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { underPinnedNode } from './lib/node24.mjs';
import { inProject, main, root, seconds } from './lib/project.mjs';

const FOLDERS = ['src', 'libs', 'config', 'migrations', 'test'];

/** Each step is a file for Node and its arguments. The slow gates come first, so that none is left alone at the end. */
const GATES = [
  { name: 'types', steps: [[tool('typescript', 'tsc'), '--noEmit', '-p', 'tsconfig.json']] },
  { name: 'format', steps: [[tool('prettier', 'prettier.cjs'), '--check', '--log-level=warn', '.']] },
  { name: 'spec', before: ensureBuilt, steps: [['dist/src/spec.js', '--check']] },
  {
    // A document that is valid may still be one from which no client can be generated.
    name: 'sdk',
    steps: [
      [tool('@hey-api/openapi-ts', 'run.js'), '--silent'],
      [tool('typescript', 'tsc'), '-p', 'tsconfig.sdk.json'],
    ],
  },
  { name: 'lint', steps: [[tool('oxlint', 'oxlint'), '--type-aware']] },
  {
    name: 'imports',
    steps: [[tool('dependency-cruiser', 'dependency-cruiser.mjs'), '--output-type', 'err-long', ...FOLDERS]],
  },
  { name: 'unused', steps: [[tool('knip', 'knip.js'), '--no-progress']] },
  {
    // What only tests and scripts need must not stand among the packages of the production image.
    name: 'unused-in-production',
    steps: [
      [
        tool('knip', 'knip.js'),
        '--no-progress',
        '--production',
        '--include=files,dependencies,unlisted,unresolved',
      ],
    ],
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

async function run({ steps, before }) {
  try {
    await before?.();
  } catch (error) {
    return { code: 1, output: error.message };
  }
  let result = { code: 0, output: '' };
  for (const step of steps) {
    result = result.code === 0 ? await runNode(step) : result;
  }
  return result;
}

function runNode([file, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [inProject(file), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function tool(name, program) {
  return join('node_modules', name, 'bin', program);
}
