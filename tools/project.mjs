// @ts-check
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, whatever the current directory is. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * A path in the project.
 *
 * @param {string[]} names
 */
export const inProject = (...names) => join(root, ...names);

/** An error whose message is written for a person: it is printed without a stack. */
export class UserError extends Error {}

/** @throws {UserError} if the command, which takes no arguments, was given one */
export function refuseArguments() {
  const [first] = process.argv.slice(2);
  if (first !== undefined) {
    throw new UserError(
      `Unknown argument "${first}": this command takes none. README.md lists all commands.`,
    );
  }
}

/**
 * Runs a script's main function and turns its result, or its error, into the exit code.
 *
 * @param {() => unknown} run
 */
export async function main(run) {
  try {
    const code = await run();
    process.exitCode = typeof code === 'number' ? code : 0;
  } catch (error) {
    const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error);
    const isForUser = error instanceof UserError || code.startsWith('ERR_PARSE_ARGS');
    console.error(isForUser ? `\n${message}\n` : error);
    process.exitCode = 1;
  }
}

/**
 * The time since then, such as "1.4 s".
 *
 * @param {number} since
 */
export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
