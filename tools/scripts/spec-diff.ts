/**
 * `npm run spec:diff [-- <git ref>]`: compares openapi/v*.json with those of the last release, or of the named commit. Fails
 * on a breaking change, which belongs in a new API version with its own document.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject, main, root, UserError } from '../project.mjs';
import { compare, oasdiff } from './oasdiff.ts';
import { type Document, documentsOf, EXAMPLES, lastRelease, withoutPaths } from './spec-rules.ts';

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
  const before = documentsAt(base);
  const after = currentDocuments();
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[name];
    if (!old) {
      console.log(`ok      openapi/${name} is new since ${base}`);
      continue;
    }
    const { breaks, report } = await judge(old, after[name] ?? withoutPaths(old));
    console.log(
      `${breaks ? 'FAILED' : 'ok    '}  openapi/${name} since ${base}${breaks ? `\n\n${report}\n` : ''}`,
    );
    broken += breaks ? 1 : 0;
  }
  if (broken > 0) {
    console.error(
      'This breaks clients. Keep the old behavior in this API version, and release the new one as the next version. You can ' +
        'remove a deprecated operation after its Sunset.',
    );
  }
  return broken === 0 ? 0 : 1;
}

async function judgeExamples(judge: Judge): Promise<void> {
  for (const [verdict, examples] of Object.entries(EXAMPLES)) {
    for (const example of examples) {
      if ((await judge(...documentsOf(example))).breaks !== (verdict === 'breaking')) {
        throw new UserError(
          `The comparison cannot be trusted: it does not find that "${example[0]}" is ${verdict}.`,
        );
      }
    }
    console.log(`ok      ${examples.length} known ${verdict} changes`);
  }
}

function newestRelease(): string | undefined {
  const tags = (option: string): string[] => git('tag', option, 'HEAD').split('\n');
  const release = lastRelease(tags('--merged'), tags('--points-at'));
  if (!release && git('rev-parse', '--is-shallow-repository') === 'true') {
    throw new UserError('This clone is shallow and may lack releases. Run: git fetch --unshallow --tags');
  }
  return release;
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

function git(...args: string[]): string {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, stdio }).trim();
}
