/** `npm run check`: every check that does not run the application. Prints one line for each. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { main, root, seconds } from '../project.mjs';
import { ensureBuilt } from './build.ts';
import { run as runProgram } from './programs.ts';

const FOLDERS = ['src', 'libs', 'config', 'tools', 'test', 'sdk'];

interface Check {
  readonly name: string;
  readonly before?: () => Promise<void>;
  /** Each is a file for Node and its arguments. */
  readonly steps: readonly (readonly [file: string, ...args: string[]])[];
}

/** The slow ones come first, so that none runs alone at the end. */
const CHECKS: readonly Check[] = [
  {
    name: 'types',
    steps: [
      [tool('typescript', 'tsc'), '-p', 'tsconfig.json'],
      [tool('typescript', 'tsc'), '-p', 'tools/tsconfig.json'],
    ],
  },
  { name: 'format', steps: [[tool('prettier', 'prettier.cjs'), '--check', '--log-level=warn', '.']] },
  { name: 'spec', before: ensureBuilt, steps: [['dist/src/spec.js', '--check']] },
  { name: 'proto', steps: [['tools/scripts/proto.ts', '--check']] },
  { name: 'sdk', steps: [['tools/scripts/sdk.ts', '--check']] },
  { name: 'lint', steps: [[tool('oxlint', 'oxlint'), '--type-aware']] },
  {
    name: 'imports',
    steps: [
      [tool('dependency-cruiser', 'dependency-cruiser.mjs'), '--output-type', 'err-long', ...FOLDERS],
      [
        tool('dependency-cruiser', 'dependency-cruiser.mjs'),
        '--config=.dependency-cruiser.folders.mjs',
        '--output-type=err-long',
        'src',
        'libs',
        'config',
        'tools',
        'sdk',
      ],
    ],
  },
  { name: 'unused', steps: [[tool('knip', 'knip.js'), '--no-progress']] },
  {
    // A package that only tests and tools need must not be installed in the production image.
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
  process.chdir(root);
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0) {
    console.error(
      `Unknown check "${unknown.join('", "')}". Known: ${CHECKS.map(({ name }) => name).join(', ')}.`,
    );
    return 1;
  }
  const open = CHECKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const failed: string[] = [];
  const lane = async (): Promise<void> => {
    for (let check = open.shift(); check; check = open.shift()) {
      if (!(await passes(check))) {
        failed.push(check.name);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
});

async function passes(check: Check): Promise<boolean> {
  const startedAt = Date.now();
  const { code, output } = await run(check);
  const warnings = /Found (\d+) warnings?/.exec(output)?.[1] ?? '0';
  const note = warnings === '0' ? '' : `, ${warnings} warnings`;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${check.name} (${seconds(startedAt)}${note})`);
  if (code !== 0) {
    console.log(`\n${output.trim()}\n`);
  }
  return code === 0;
}

async function run({ steps, before }: Check): Promise<{ code: number; output: string }> {
  try {
    await before?.();
  } catch (error) {
    return { code: 1, output: String(error) };
  }
  for (const step of steps) {
    const { code, stdout, stderr } = await runProgram(process.execPath, step);
    if (code !== 0 || step === steps.at(-1)) {
      return { code, output: stdout + stderr };
    }
  }
  return { code: 0, output: '' };
}

function tool(name: string, program: string): string {
  return join('node_modules', name, 'bin', program);
}
