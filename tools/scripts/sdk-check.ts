/**
 * `npm run sdk:check [-- NAME …]`: generates clients from openapi/v2.json with the generators that people use, compiles a
 * small program against each as strictly as its language can, and runs it against the application.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Generator, layOut, requirePrograms } from './client-generator.ts';
import { OPENAPI_GENERATOR } from './client-openapi-generator.ts';
import { type Server, startServer } from './client-server.ts';
import { oapiCodegen } from './client-go.ts';
import { TYPESCRIPT } from './client-typescript.ts';
import { main, root, seconds, UserError } from '../project.mjs';
import { ensureBuilt } from './build.ts';
import { must } from './programs.ts';

const GENERATORS: readonly Generator[] = [...TYPESCRIPT, oapiCodegen, ...OPENAPI_GENERATOR];

/** What every program does, and prints line by line. */
const STEPS = [
  'registered',
  'verified the email address',
  'signed in',
  'updated the profile',
  'was refused a stale update',
  'read two pages of users',
  'recognized email-taken',
];

await main(async () => {
  process.chdir(root);
  const wanted = chosen(process.argv.slice(2));
  wanted.forEach(requirePrograms);
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sdk-check-'));
  let server: Server | undefined;
  try {
    server = await startServer(join(folder, 'data'));
    const failed: string[] = [];
    for (const generator of wanted) {
      if (!(await passes(generator, join(folder, generator.name), server))) {
        failed.push(generator.name);
      }
    }
    console.log(failed.length === 0 ? '\nAll clients work.' : `\nFailed: ${failed.join(', ')}.`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

function chosen(names: readonly string[]): readonly Generator[] {
  const unknown = names.filter((name) => !GENERATORS.some((generator) => generator.name === name));
  if (unknown.length > 0) {
    throw new UserError(
      `Unknown generator "${unknown.join('", "')}". Known: ${GENERATORS.map(({ name }) => name).join(', ')}.`,
    );
  }
  return GENERATORS.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function passes(generator: Generator, folder: string, { environment }: Server): Promise<boolean> {
  const startedAt = Date.now();
  try {
    mkdirSync(folder);
    layOut(generator, folder);
    const { command, warnings } = await generator.build(folder);
    const [program, ...args] = command;
    const output = await must(program, args, { cwd: folder, env: { ...process.env, ...environment } });
    if (output.trim() !== STEPS.join('\n')) {
      throw new UserError(`The program did not do what it should:\n\n${output}`);
    }
    const facts = `${linesIn(join(folder, 'generated'))} lines generated, ${warnings} warnings`;
    console.log(`ok      ${generator.name} (${seconds(startedAt)}, ${facts})`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${generator.name} (${seconds(startedAt)})\n\n${(error as Error).message}\n`);
    return false;
  }
}

function linesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n').length)
    .reduce((sum, lines) => sum + lines, 0);
}
