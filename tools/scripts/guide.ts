/** The code in our guides, for the generator and for the tests that run them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../project.mjs';

/** Code that belongs in a file: all of it, or what changes. */
export interface Block {
  readonly kind: (typeof KINDS)[number];
  readonly path: string;
  readonly code: string;
}

const KINDS = ['ts', 'tsx', 'json', 'html', 'diff'] as const;
const FURTHER = '\n# Take it further\n';

/** Of docs/guides/add-a-feature.md. @returns the blocks that make the feature, and those of the sections about taking it further */
export function readGuide(markdown: string): { feature: Block[]; further: Block[] } {
  const [feature = '', further = ''] = markdown.split(FURTHER);
  return { feature: blocksIn(feature), further: blocksIn(further) };
}

/** @returns the blocks that name a file */
export function blocksIn(markdown: string): Block[] {
  const blocks = new RegExp(`^\`\`\`(${KINDS.join('|')}) (\\S+)\\n([\\s\\S]+?)^\`\`\`$`, 'gm');
  return [...markdown.matchAll(blocks)].map(([, kind, path = '', code = '']) => ({
    kind: kind as Block['kind'],
    path,
    code,
  }));
}

/** Writes the file in the project's `folder`, or changes it. */
export function applyBlock(folder: string, { kind, path, code }: Block): void {
  const file = join(folder, path);
  if (kind === 'diff') {
    writeFileSync(file, patch(file, code));
  } else if (existsSync(file)) {
    throw new UserError(`${path} already exists.`);
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
}

/** Hunks are separated by "@@", and found by what they say, without line numbers. */
function patch(path: string, diff: string): string {
  return diff.split(/^@@\n/m).reduce(
    (text, hunk) => {
      const lines = hunk.trimEnd().split('\n');
      const side = (sign: string): string =>
        lines
          .filter((line) => line === '' || line.startsWith(' ') || line.startsWith(sign))
          .map((line) => `\n${line.slice(1)}`)
          .join('');
      const parts = `\n${text}`.split(`${side('-')}\n`);
      if (parts.length !== 2) {
        throw new UserError(`${path} should contain these lines exactly once:\n${side('-')}`);
      }
      return parts.join(`${side('+')}\n`).slice(1);
    },
    readFileSync(path, 'utf8'),
  );
}
