/** The mutants of the project: small changes that break a behaviour, each with the tests that should notice. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { UserError } from '../project.mjs';

export interface Mutant {
  readonly file: string;
  /** What no longer works, as in "the claim isn't renewed". */
  readonly description: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
  /** Jest's `--testNamePattern`, for specs that take long. */
  readonly title?: string;
}

/** A mutant, and the list that it's in. */
export interface ListedMutant extends Mutant {
  readonly list: string;
}

const FOLDERS = ['config', 'libs', 'src', 'test', 'tools'];
const SUFFIX = '.mutants.json';

/** All mutants. Paths are relative to `root`. @throws UserError if an entry of a list is incomplete */
export function listedMutants(root: string): ListedMutant[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }),
  )
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .flatMap((list) => readList(root, list));
}

function readList(root: string, list: string): ListedMutant[] {
  const mutants = JSON.parse(readFileSync(join(root, list), 'utf8')) as Mutant[];
  return mutants.map((mutant) => {
    const { file, description, find, replace, tests } = mutant;
    const texts: unknown[] = [file, description, find, replace];
    if (!texts.every((text) => typeof text === 'string') || find === replace || !tests?.length) {
      throw new UserError(
        `${list}: a mutant needs file, description, find, replace and tests: ${description}`,
      );
    }
    return { ...mutant, list };
  });
}

/** Those whose file or list is at or below the path. */
export function below(path: string, mutants: readonly ListedMutant[]): ListedMutant[] {
  const prefix = path.replace(/^\.\//, '').replace(/\/+$/, '');
  const isBelow = (name: string): boolean => name === prefix || name.startsWith(`${prefix}/`);
  return mutants.filter(({ file, list }) => isBelow(file) || isBelow(list));
}

/** Those that a change to these files can affect; first those whose own code was changed. */
export function touchedBy(changed: ReadonlySet<string>, mutants: readonly ListedMutant[]): ListedMutant[] {
  const isTouched = ({ list, tests }: ListedMutant): boolean =>
    [list, ...tests].some((name) => changed.has(name));
  const own = mutants.filter(({ file }) => changed.has(file));
  return [...own, ...mutants.filter((mutant) => !own.includes(mutant) && isTouched(mutant))];
}

/** The file's content with the mutation. @returns null if the mutant is out of date: `find` doesn't occur exactly once */
export function mutated(content: string, { find, replace }: Mutant): string | null {
  const [before, after, ...more] = content.split(find);
  return before === undefined || after === undefined || more.length > 0 ? null : before + replace + after;
}
