/**
 * `npm run release -- v1.5.0`: fails if the tag and the versions in the files differ, and gathers the OpenAPI documents, the
 * SDK and the release notes in .data/release/v1.5.0. `--check` only compares the versions. `--image` and `--chart` are where
 * those are published, for the notes. Publishes nothing; the pipeline does.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { inProject, main, root, UserError } from '../project.mjs';
import { disagreements, notes, versionOf } from './release-facts.ts';
import { newestRelease } from './releases.ts';

interface Package {
  readonly version?: string;
  readonly appVersion?: string;
  readonly packages?: Readonly<Record<string, { readonly version?: string }>>;
}

await main(() => {
  const { values: options, positionals } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      image: { type: 'string' },
      chart: { type: 'string' },
    },
    allowPositionals: true,
  });
  const [tag] = positionals;
  if (tag === undefined || positionals.length > 1) {
    throw new UserError('Name the tag: npm run release -- v1.5.0');
  }
  const wrong = disagreements(tag, versions());
  if (wrong.length > 0) {
    throw new UserError(
      `Cannot release ${tag}:\n  - ${wrong.join('\n  - ')}\n\nSet all files to one version, commit, and tag that commit.`,
    );
  }
  console.log(`ok  all versions are ${versionOf(tag)}`);
  if (!options.check) {
    gather(tag, options);
  }
});

function versions(): Record<string, string | undefined> {
  const read = (...path: string[]): Package => parse(readFileSync(inProject(...path), 'utf8')) as Package;
  const lock = read('package-lock.json');
  const chart = read('helm', 'gatehouse', 'Chart.yaml');
  return {
    'package.json': read('package.json').version,
    'package-lock.json': lock.version,
    'packages[""] in package-lock.json': lock.packages?.['']?.version,
    'sdk/typescript/package.json': read('sdk', 'typescript', 'package.json').version,
    'version in Chart.yaml': chart.version,
    'appVersion in Chart.yaml': chart.appVersion,
  };
}

function gather(tag: string, published: { image?: string | undefined; chart?: string | undefined }): void {
  const version = versionOf(tag) ?? '';
  const folder = inProject('.data', 'release', tag);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(inProject('openapi')).filter((file) => /^v\d+\.json$/.test(file))) {
    copyFileSync(inProject('openapi', name), join(folder, `openapi-${name}`));
  }
  run(process.execPath, [inProject('tools', 'scripts', 'sdk.ts')]);
  run('npm', ['pack', inProject('sdk', 'typescript'), '--pack-destination', folder, '--loglevel=error']);
  writeFileSync(join(folder, 'notes.md'), notes({ version, ...published, ...history() }));
  console.log(`ok  ${readdirSync(folder).join(', ')} in ${folder.slice(root.length)}`);
}

function history(): { since: string | undefined; subjects: string[] } {
  const since = newestRelease();
  const range = since ? `${since}..HEAD` : 'HEAD';
  return {
    since,
    subjects: run('git', ['log', '--no-merges', '--format=%s', range]).split('\n').filter(Boolean),
  };
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 }).trim();
}
