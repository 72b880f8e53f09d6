import { copyFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../embedded/debian-package.ts';
import { inProject, UserError } from '../project.mjs';
import { installed, run } from './programs.ts';

/** A generator of clients that people use for our OpenAPI documents, and a program that uses such a client. */
export interface Generator {
  /** Of the folder in test/sdk that has the program, too. */
  readonly name: string;
  /** Programs that have to be installed, with where to get them. */
  readonly needs: Readonly<Record<string, string>>;
  /**
   * Generates a client into `folder`/generated, and compiles the program, which is in `folder`, as strictly as its language
   * can. The document is `folder`/openapi.json.
   * @returns the command that runs the program, and what the generator complained about
   */
  build(folder: string): Promise<Built>;
}

export interface Built {
  readonly command: readonly [program: string, ...args: string[]];
  readonly warnings: number;
}

/** OpenAPI Generator warns when it does what an option says. */
const ASKED_FOR = /due to resolveInlineEnums=true/;
const PROGRAMS = inProject('test', 'sdk');

/** Copies a program and the latest document into a folder. */
export function layOut({ name }: Generator, folder: string): void {
  cpSync(join(PROGRAMS, name), folder, { recursive: true });
  copyFileSync(inProject('openapi', 'v2.json'), join(folder, 'openapi.json'));
}

/** Copies what the programs of a language share. */
export function share(language: string, folder: string): void {
  cpSync(join(PROGRAMS, 'shared', language), folder, { recursive: true });
}

/** Runs a generator. @returns how often it warned */
export async function generate(program: string, args: readonly string[], folder: string): Promise<number> {
  const { code, stdout, stderr } = await run(program, args, { cwd: folder });
  const output = stdout + stderr;
  if (code !== 0) {
    throw new UserError(`The generator failed:\n\n${output.trim()}`);
  }
  return output.split('\n').filter((line) => /\bwarn/i.test(line) && !ASKED_FOR.test(line)).length;
}

/** @throws UserError if something that it needs is missing */
export function requirePrograms({ name, needs }: Generator): void {
  for (const [program, where] of Object.entries(needs)) {
    if (!findProgram(program)) {
      throw new UserError(`The check "${name}" needs ${program}, which isn't installed. See ${where}.`);
    }
  }
}

/** What a lock file in the folder of a program pins. @param install npm's, unless it's another language */
export function packagesOf(
  name: string,
  files: readonly string[],
  install?: (draft: string) => Promise<unknown>,
): Promise<string> {
  return installed(`sdk-check ${name}`, join(PROGRAMS, name), files, install);
}
