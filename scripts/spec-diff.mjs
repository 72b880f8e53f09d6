/**
 * `npm run spec:diff [-- <git ref>]`: compares openapi/v*.json with those of the last release, or of the commit that is
 * named. A breaking change fails: it belongs into a new version of the API, whose document is a file of its own. The tool is
 * oasdiff, from the PATH or built once by Go into .data/tools.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringOasdiff, compare } from './lib/oasdiff.mjs';
import { CannotGoOn, inProject, main, root } from './lib/project.mjs';
import { EXAMPLES, exampleDocument, lastRelease, withoutPaths, withSunsets } from './lib/spec-rules.mjs';

const DOCUMENT = /^v\d+\.json$/;

await main(async () => {
  const [wanted] = process.argv.slice(2);
  const base = wanted ? commitOf(wanted) : newestRelease();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-spec-diff-'));
  try {
    const oasdiff = await bringOasdiff();
    const judge = (before, after) => compare(oasdiff, folder, withSunsets(before), withSunsets(after));
    await proveItself(judge);
    if (!base) {
      console.log('There is no release yet, so nothing to compare with: no version of the API is promised.');
      return 0;
    }
    return await compareWith(base, judge);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function compareWith(base, judge) {
  let broken = 0;
  const before = documentsOf(base);
  const after = currentDocuments();
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!before[name]) {
      console.log(`ok      openapi/${name} is new since ${base}`);
      continue;
    }
    const { breaks, report } = await judge(before[name], after[name] ?? withoutPaths(before[name]));
    console.log(
      `${breaks ? 'FAILED' : 'ok    '}  openapi/${name} since ${base}${breaks ? `\n\n${report}\n` : ''}`,
    );
    broken += breaks ? 1 : 0;
  }
  if (broken > 0) {
    console.error(
      'This would break clients. Keep the old behaviour in this version of the API, and bring the new one with the next ' +
        'version. An operation may go when it was deprecated and its Sunset is over.',
    );
  }
  return broken === 0 ? 0 : 1;
}

async function proveItself(judge) {
  const wrong = [];
  for (const { title, breaks, was, change } of EXAMPLES) {
    const before = exampleDocument();
    was?.(before);
    const after = structuredClone(before);
    change(after);
    const { breaks: found } = await judge(before, after);
    if (found !== breaks) {
      wrong.push(`${title}: should ${breaks ? 'fail' : 'pass'}, and does not`);
    }
  }
  if (wrong.length > 0) {
    throw new CannotGoOn(`The comparison can't be trusted:\n  - ${wrong.join('\n  - ')}`);
  }
  console.log(`ok      ${EXAMPLES.length} examples, each judged as it should be`);
}

function newestRelease() {
  const tags = (option) => git('tag', option, 'HEAD').split('\n');
  const release = lastRelease(tags('--merged'), tags('--points-at'));
  if (!release && git('rev-parse', '--is-shallow-repository') === 'true') {
    throw new CannotGoOn(
      'This clone is shallow, so releases may be missing from it. Fetch them: git fetch --unshallow --tags',
    );
  }
  return release;
}

function commitOf(ref) {
  try {
    git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
    return ref;
  } catch {
    throw new CannotGoOn(
      `Git knows no commit "${ref}". Name a tag, a branch or a commit; "git fetch --tags" brings tags.`,
    );
  }
}

function documentsOf(ref) {
  const names = git('ls-tree', '--name-only', ref, 'openapi/')
    .split('\n')
    .map((path) => path.slice('openapi/'.length));
  return parsed(names, (name) => git('show', `${ref}:openapi/${name}`));
}

function currentDocuments() {
  const folder = inProject('openapi');
  return parsed(readdirSync(folder), (name) => readFileSync(join(folder, name), 'utf8'));
}

function parsed(names, read) {
  const wanted = names.filter((name) => DOCUMENT.test(name)).toSorted();
  return Object.fromEntries(wanted.map((name) => [name, JSON.parse(read(name))]));
}

function git(...args) {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] };
  return execFileSync('git', args, options).trim();
}
