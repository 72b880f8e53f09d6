/**
 * `npm run mutate -- PATH`: breaks the code on purpose, one listed mutant at a time, and checks that a test fails. Works
 * in a copy of the project.
 *
 * The lists are written by hand. A generator, such as Stryker, can't make the mutants that matter here: half of them are
 * inside SQL and Lua, and each of its thousands would need servers and processes of its own.
 */
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main, root, seconds, UserError } from '../project.mjs';
import { below, type ListedMutant, listedMutants, mutated, touchedBy } from './mutants.ts';
import { must, type Output, run } from './programs.ts';

type Result = 'killed' | 'SURVIVED' | 'OUT OF DATE' | 'DOES NOT BUILD';

/** A mutant can make the tests wait forever. */
const TIMEOUT_MS = 300_000;

await main(async () => {
  process.chdir(root);
  const { values, positionals } = parseArgs({
    options: { all: { type: 'boolean', default: false }, max: { type: 'string', default: 'Infinity' } },
    allowPositionals: true,
  });
  const max = Number(values.max);
  if (!(max >= 1)) {
    throw new UserError('--max must be the number of mutants to try, such as --max 10.');
  }
  const chosen = await choose(positionals, values.all);
  const mutants = chosen.slice(0, max);
  if (mutants.length === 0) {
    console.log('No mutant is affected. To run them all: npm run mutate -- --all');
    return 0;
  }
  if (mutants.length < chosen.length) {
    console.log(`Trying ${mutants.length} of ${chosen.length} mutants.`);
  }
  const copy = await copyProject();
  try {
    return await tryAll(copy, mutants);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

async function choose(paths: readonly string[], all: boolean): Promise<ListedMutant[]> {
  const mutants = listedMutants(root);
  if (paths.length === 0) {
    return all ? mutants : touchedBy(await changedFiles(), mutants);
  }
  const chosen = new Set(paths.flatMap((path) => below(path, mutants)));
  if (chosen.size === 0) {
    throw new UserError(`There are no mutants of or below ${paths.join(', ')}.`);
  }
  return [...chosen];
}

/** The files that differ from the branch that this one leads to or, on that branch, from the commit before. */
async function changedFiles(): Promise<Set<string>> {
  const git = async (...args: string[]): Promise<string> => {
    const { code, stdout } = await run('git', args);
    return code === 0 ? stdout.trim() : '';
  };
  const head = await git('rev-parse', 'HEAD');
  const fork = await git('merge-base', 'HEAD', 'origin/HEAD');
  const base = fork === '' || fork === head ? await git('rev-parse', '--verify', '--quiet', 'HEAD~1') : fork;
  return new Set((await git('diff', '--name-only', base || 'HEAD')).split('\n'));
}

/** What git has or would have, so with changes that aren't committed. Packages are linked. */
async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'gatehouse-mutants-'));
  await chmod(copy, 0o711); // As root, PostgreSQL runs as another user, who must be able to enter.
  const files = await must('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(name))) {
    cpSync(file, join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // Mutants often have the wrong types, and checking them takes longer than all the rest of the build.
  const settings = join(copy, 'nest-cli.json');
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('"typeCheck": true', '"typeCheck": false'));
  return copy;
}

async function tryAll(copy: string, mutants: readonly ListedMutant[]): Promise<number> {
  const startedAt = Date.now();
  let interrupted = false;
  // Ctrl-C reaches the tests from the terminal; we wait until they have cleaned up.
  process.on('SIGINT', () => (interrupted = true));
  await requirePassing(copy, [...new Set(mutants.flatMap(({ tests }) => tests))]);
  const results: Result[] = [];
  for (const mutant of mutants) {
    const mutantStartedAt = Date.now();
    const result = await tryOne(copy, mutant);
    if (interrupted) {
      return 130;
    }
    results.push(result);
    console.log(`${result}  ${mutant.file}: ${mutant.description} (${seconds(mutantStartedAt)})`);
  }
  const killed = results.filter((result) => result === 'killed').length;
  console.log(`\n${killed} of ${results.length} mutants killed (${seconds(startedAt)})`);
  return killed === results.length ? 0 : 1;
}

/** A test that fails anyway would seem to kill every mutant. */
async function requirePassing(copy: string, tests: readonly string[]): Promise<void> {
  const missing = tests.filter((path) => !existsSync(join(copy, path)));
  if (missing.length > 0) {
    throw new UserError(`A list of mutants names tests that don't exist: ${missing.join(', ')}`);
  }
  console.log(`Running ${tests.length} specs without a mutant …`);
  const { code, stdout, stderr } = await test(copy, tests);
  if (code !== 0) {
    throw new UserError(`The tests fail without a mutant:\n\n${(stdout + stderr).trim()}`);
  }
}

async function tryOne(copy: string, mutant: ListedMutant): Promise<Result> {
  const path = join(copy, mutant.file);
  const original = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const broken = mutated(original, mutant);
  if (broken === null) {
    return 'OUT OF DATE';
  }
  writeFileSync(path, broken);
  try {
    const { code, stdout, stderr } = await test(copy, mutant.tests, mutant.title);
    if ((stdout + stderr).includes('The build failed')) {
      return 'DOES NOT BUILD';
    }
    return code === 0 ? 'SURVIVED' : 'killed';
  } finally {
    writeFileSync(path, original);
  }
}

/** Builds the copy, if its sources have changed, and runs these tests there until one fails. */
function test(copy: string, paths: readonly string[], title?: string): Promise<Output> {
  const args = ['--bail', '--runTestsByPath', ...paths, ...(title ? ['--testNamePattern', title] : [])];
  return run(process.execPath, [join(copy, 'tools', 'scripts', 'test.ts'), ...args], {
    cwd: copy,
    timeout: TIMEOUT_MS,
  });
}
