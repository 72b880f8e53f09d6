/** `npm run new -- feature notes [note]`: writes the feature of docs/guides/add-a-feature.md under another name. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Script } from 'node:vm';
import { format, resolveConfig } from 'prettier';
import { inProject, main, root, UserError } from '../project.mjs';
import { applyBlock, type Block, readGuide } from './guide.ts';
import { camel, pascal, rename } from './rename-feature.ts';

const USAGE = `Usage: npm run new -- feature <name> [<singular>]

Writes a feature to src/<name>: a table, a service, two routes and a test. The code is that of
docs/guides/add-a-feature.md, which explains it.

  <name>       plural, in kebab-case: notes, work-items
  <singular>   only if it can't be derived from the name: npm run new -- feature people person
`;

await main(async () => {
  process.chdir(root);
  const { positionals } = parseArgs({ allowPositionals: true });
  const [kind, plural, singular = singularOf(plural ?? '')] = positionals;
  if (kind !== 'feature' || plural === undefined || positionals.length > 3) {
    console.log(USAGE);
    return kind === undefined ? 0 : 1;
  }
  const { feature } = readGuide(readFileSync(inProject('docs', 'guides', 'add-a-feature.md'), 'utf8'));
  requireUsable(plural, singular, feature);
  for (const block of feature) {
    const renamed = rename(block, plural, singular);
    applyBlock(root, renamed);
    const text = readFileSync(renamed.path, 'utf8');
    writeFileSync(
      renamed.path,
      await format(text, { ...(await resolveConfig(renamed.path)), filepath: renamed.path }),
    );
    console.log(`${block.kind === 'ts' ? 'wrote  ' : 'changed'}  ${renamed.path}`);
  }
  console.log(`\nNext: npm run spec, npm run sdk, then npm test -- src/${plural}, then npm run check.`);
  return 0;
});

function singularOf(plural: string): string {
  const [, stem, ending] = /^(.+?)(ies|(?:ss|sh|ch|x|z)es|s)$/.exec(plural) ?? [];
  return stem === undefined ? '' : stem + (ending === 'ies' ? 'y' : (ending?.slice(0, -2) ?? ''));
}

/** @throws UserError that says what to do */
function requireUsable(plural: string, singular: string, blocks: readonly Block[]): void {
  const bad = [plural, singular].find((name) => name !== '' && !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name));
  if (bad !== undefined) {
    throw new UserError(
      `"${bad}" isn't kebab-case. Use lowercase words separated by hyphens, such as work-items.`,
    );
  }
  if (singular === '' || singular === plural) {
    throw new UserError(
      `Can't tell the singular of "${plural}". Give it as well: npm run new -- feature people person`,
    );
  }
  if (plural.startsWith('pg-')) {
    throw new UserError('PostgreSQL reserves schema names that start with "pg". Choose another name.');
  }
  if (existsSync(`src/${plural}`)) {
    throw new UserError(`src/${plural} already exists. Choose another name, or remove that folder first.`);
  }
  const [variable, type] = [camel(singular), pascal(singular)];
  const code = blocks.map((block) => block.code).join('\n');
  if (isReserved(variable) || (singular !== 'note' && new RegExp(`\\b(${variable}|${type})\\b`).test(code))) {
    throw new UserError(`"${variable}" already means something else in the code. Choose another name.`);
  }
}

function isReserved(variable: string): boolean {
  try {
    new Script(`'use strict'; let ${variable};`);
    return false;
  } catch {
    return true;
  }
}
