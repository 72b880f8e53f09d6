/**
 * `node scripts/release.mjs v1.5.0`: refuses when the tag and the versions in the files differ, and gathers what belongs to a
 * release in .data/release/v1.5.0: the OpenAPI documents, the SDK and the notes. `--check` only compares. `--image` and
 * `--chart` say in the notes where those are. The pipeline calls it; it publishes nothing itself.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { underPinnedNode } from './lib/node24.mjs';
import { CannotGoOn, inProject, main, root } from './lib/project.mjs';
import { disagreements, notes, versionOf } from './lib/release-facts.mjs';
import { lastRelease } from './lib/spec-rules.mjs';

const OPTIONS = {
  check: { type: 'boolean', default: false },
  image: { type: 'string' },
  chart: { type: 'string' },
};

await main(async () => {
  const exitCode = await underPinnedNode();
  if (exitCode !== null) {
    return exitCode;
  }
  const { values: options, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (positionals.length !== 1) {
    throw new CannotGoOn('Name the tag: node scripts/release.mjs v1.5.0');
  }
  const [tag] = positionals;
  const wrong = disagreements(tag, versions());
  if (wrong.length > 0) {
    throw new CannotGoOn(
      `${tag} can't be released:\n  - ${wrong.join('\n  - ')}\n\nBring the files to one version, commit, and tag that commit.`,
    );
  }
  console.log(`ok  everything says ${versionOf(tag)}`);
  if (!options.check) {
    gather(tag, options);
  }
  return 0;
});

function versions() {
  const manifest = json('package.json');
  const lock = json('package-lock.json');
  const chart = parse(readFileSync(inProject('helm', 'gatehouse', 'Chart.yaml'), 'utf8'));
  return {
    'package.json': manifest.version,
    'package-lock.json': lock.version,
    'package-lock.json, below packages,': lock.packages['']?.version,
    'version in Chart.yaml': chart.version,
    'appVersion in Chart.yaml': chart.appVersion,
  };
}

function gather(tag, { image, chart }) {
  const version = versionOf(tag);
  const folder = inProject('.data', 'release', tag);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(inProject('openapi')).filter((file) => /^v\d+\.json$/.test(file))) {
    copyFileSync(inProject('openapi', name), join(folder, `openapi-${name}`));
  }
  run(process.execPath, [inProject('node_modules', '@hey-api', 'openapi-ts', 'bin', 'run.js'), '--silent']);
  run('tar', ['-czf', join(folder, `gatehouse-sdk-${version}.tgz`), 'sdk', 'LICENSE']);
  writeFileSync(join(folder, 'notes.md'), notes({ version, image, chart, ...history() }));
  console.log(`ok  ${readdirSync(folder).join(', ')} in ${folder.slice(root.length)}`);
}

function history() {
  const tags = (option) => run('git', ['tag', option, 'HEAD']).split('\n');
  const since = lastRelease(tags('--merged'), tags('--points-at'));
  const range = since ? `${since}..HEAD` : 'HEAD';
  return {
    since,
    subjects: run('git', ['log', '--no-merges', '--format=%s', range]).split('\n').filter(Boolean),
  };
}

function json(name) {
  return JSON.parse(readFileSync(inProject(name), 'utf8'));
}

function run(program, args) {
  return execFileSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 }).trim();
}
