import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { isGiven, planFrom } from '../embedded/environment.ts';
import { applicationEnvironment } from '../embedded/generated-variables.ts';
import { exitCodeOf } from '../embedded/tied-child.ts';
import { inProject, root, UserError } from '../project.mjs';
import { ensureBuilt } from './build.ts';

/**
 * Runs a built command of the application, with the arguments of this one, on the servers that the environment names or,
 * without DATABASE_URL, on those of the running `npm start`.
 * @returns its exit code
 */
export async function runCommand(file: string): Promise<number> {
  process.chdir(root);
  if (existsSync('.env')) {
    process.loadEnvFile('.env');
  }
  const asksForHelp = process.argv.slice(2).some((arg) => ['-h', '--help'].includes(arg));
  const env = asksForHelp || isGiven(process.env, 'DATABASE_URL') ? process.env : runningEnvironment();
  await ensureBuilt();
  const child = spawn(process.execPath, [inProject('dist', 'src', file), ...process.argv.slice(2)], {
    env,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(exitCodeOf({ code, signal })));
  });
}

/** That of the application which `npm start` runs. */
function runningEnvironment(): NodeJS.ProcessEnv {
  const plan = planFrom(process.env, root);
  const path = join(plan.dataDir, 'servers.env');
  if (!existsSync(path)) {
    throw new UserError(
      'Gatehouse is not running. Run `npm start` in another terminal, or set DATABASE_URL and the keys of your deployment.',
    );
  }
  const urls = parseEnv(readFileSync(path, 'utf8')) as Record<string, string>;
  return applicationEnvironment(process.env, plan, urls);
}
