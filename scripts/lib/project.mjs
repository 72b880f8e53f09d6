import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, wherever the command was called from. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A path in the project. */
export const inProject = (...names) => join(root, ...names);

/** Its message is for a person: no stack. */
export class CannotGoOn extends Error {}

/** Runs the script's main function and turns what it returns or throws into the exit code. */
export async function main(run) {
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    console.error(error instanceof CannotGoOn ? `\n${error.message}\n` : error);
    process.exitCode = 1;
  }
}

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
