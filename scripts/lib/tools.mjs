/** Programs that only some commands need: from the PATH, or fetched once into .data/tools. */
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inProject } from './project.mjs';

const TOOLS = inProject('.data', 'tools');

/** @returns the path of the program, or undefined */
export function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** The folder of a tool, filled when it isn't there; in one step, so that nobody finds half of it. */
export async function bring(name, fill) {
  const folder = join(TOOLS, name.replaceAll(' ', '-'));
  if (!existsSync(folder)) {
    console.log(`Fetching ${name} …`);
    mkdirSync(TOOLS, { recursive: true });
    const draft = mkdtempSync(`${folder}.`);
    try {
      await fill(draft);
      renameSync(draft, folder);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(folder)) {
        throw error;
      }
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return folder;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
