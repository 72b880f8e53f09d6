/**
 * `npm run spec:diff [-- <git ref>]`: compares openapi/v*.json with those of the last release, or of the named commit. Fails
 * on a breaking change, which belongs in a new API version with its own document, and on a change that docs/api-changelog.md
 * doesn't announce.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject, main, UserError } from '../project.mjs';
import { entriesSince, unannounced } from './api-changelog.ts';
import { compare, oasdiff } from './oasdiff.ts';
import { git, newestRelease } from './releases.ts';
import { type Document, documentsOf, EXAMPLES, withoutPaths } from './spec-rules.ts';

type Judge = (before: Document, after: Document) => ReturnType<typeof compare>;

await main(async () => {
  const [wanted] = process.argv.slice(2);
  const base = wanted ? commitOf(wanted) : newestRelease();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-spec-diff-'));
  try {
    const program = await oasdiff();
    const judge: Judge = (before, after) => compare(program, folder, before, after);
    await judgeExamples(judge);
    if (!base) {
      console.log('There is no release to compare with yet.');
      return 0;
    }
    return await compareWith(base, judge);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function compareWith(base: string, judge: Judge): Promise<number> {
  let broken = 0;
  let silent = 0;
  const changelog = readFileSync(inProject('docs', 'api-changelog.md'), 'utf8');
  const before = documentsAt(base);
  const after = currentDocuments();
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const { breaks, report, changes } = await judge(...pairOf(before[name], after[name]));
    const missing = unannounced(changes, entriesSince(changelog, name.replace('.json', ''), base));
    const list = missing.map(({ operation = '', path = '', text }) => `${operation} ${path} ${text}`.trim());
    console.log(
      `${breaks || list.length > 0 ? 'FAILED' : 'ok    '}  openapi/${name} since ${base}: ` +
        `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}` +
        (breaks ? `\n\n${report}\n` : '') +
        (list.length > 0 ? `\n\nNot in docs/api-changelog.md:\n  ${list.join('\n  ')}\n` : ''),
    );
    broken += breaks ? 1 : 0;
    silent += list.length;
  }
  if (broken > 0) {
    console.error(
      'This breaks clients. Keep the old behavior in this API version, and release the new one as the next version. You can ' +
        'remove a deprecated operation after its Sunset.',
    );
  }
  if (silent > 0) {
    console.error(
      'Tell clients what changes: in docs/api-changelog.md, under "Unreleased" and the version. Name each operation, such as ' +
        "`GET /v2/users`, or write that it's about every operation.",
    );
  }
  return broken + silent === 0 ? 0 : 1;
}

/** A version that is missing on one side has no operations there. */
function pairOf(before?: Document, after?: Document): [before: Document, after: Document] {
  const one = before ?? after;
  if (!one) {
    throw new Error('There is nothing to compare.');
  }
  return [before ?? withoutPaths(one), after ?? withoutPaths(one)];
}

async function judgeExamples(judge: Judge): Promise<void> {
  for (const [verdict, examples] of Object.entries(EXAMPLES)) {
    for (const example of examples) {
      const { breaks, changes } = await judge(...documentsOf(example));
      if (breaks !== (verdict === 'breaking') || changes.length === 0) {
        throw new UserError(
          `The comparison cannot be trusted: it does not find that "${example[0]}" is ${verdict}.`,
        );
      }
    }
    console.log(`ok      ${examples.length} known ${verdict} changes`);
  }
}

function commitOf(ref: string): string {
  try {
    git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    return ref;
  } catch {
    throw new UserError(
      `There is no commit "${ref}". Name a tag, a branch or a commit ("git fetch --tags" gets tags).`,
    );
  }
}

function documentsAt(ref: string): Record<string, Document> {
  const paths = git('ls-tree', '--name-only', ref, 'openapi/').split('\n');
  const names = paths.map((path) => path.slice('openapi/'.length));
  return parsed(names, (name) => git('show', `${ref}:openapi/${name}`));
}

function currentDocuments(): Record<string, Document> {
  return parsed(readdirSync(inProject('openapi')), (name) =>
    readFileSync(inProject('openapi', name), 'utf8'),
  );
}

function parsed(names: readonly string[], read: (name: string) => string): Record<string, Document> {
  const wanted = names.filter((name) => /^v\d+\.json$/.test(name)).toSorted();
  return Object.fromEntries(wanted.map((name) => [name, JSON.parse(read(name)) as Document]));
}
