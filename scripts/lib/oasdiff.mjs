import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CannotGoOn } from './project.mjs';
import { NOTICE_DAYS, STRICTER } from './spec-rules.mjs';
import { bring, onPath } from './tools.mjs';

const VERSION = 'v1.35.0';

const LEVELS = STRICTER.map((check) => `${check} err\n`).join('');
const ARGUMENTS = [
  'breaking',
  'before.json',
  'after.json',
  // A warning is a change that breaks some clients.
  '--fail-on=WARN',
  '--format=text',
  '--color=never',
  '--flatten-allof',
  '--severity-levels=levels',
  `--deprecation-days-stable=${NOTICE_DAYS}`,
];

/** @returns the path of oasdiff: our version, which Go checks against its public log of hashes, or the one on the PATH */
export async function bringOasdiff() {
  try {
    const folder = await bring(`oasdiff ${VERSION}`, async (draft) => {
      const env = { ...process.env, GOBIN: draft };
      await promisify(execFile)('go', ['install', `github.com/oasdiff/oasdiff@${VERSION}`], { env });
    });
    return join(folder, 'oasdiff');
  } catch (error) {
    return onPath('oasdiff') ?? explain(error);
  }
}

/** @returns {Promise<{ breaks: boolean, report: string }>} what clients of `before` would meet; `folder` is for our files */
export async function compare(oasdiff, folder, before, after) {
  const files = {
    'before.json': JSON.stringify(before),
    'after.json': JSON.stringify(after),
    levels: LEVELS,
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
  }
  try {
    // Settings that lie around on a machine are not ours.
    const env = { ...process.env, OASDIFF_CONFIG: '' };
    const { stdout } = await promisify(execFile)(oasdiff, ARGUMENTS, {
      maxBuffer: 16 << 20,
      cwd: folder,
      env,
    });
    return { breaks: false, report: stdout.trim() };
  } catch (error) {
    if (error.code !== 1 || !error.stdout) {
      throw new CannotGoOn(`oasdiff could not compare the documents:\n\n${error.stderr || error.message}`);
    }
    return { breaks: true, report: error.stdout.trim() };
  }
}

function explain(error) {
  throw new CannotGoOn(
    error.code === 'ENOENT'
      ? 'oasdiff is needed to compare the documents. Install Go, which builds it (https://go.dev), or put an oasdiff on the PATH.'
      : `Go could not build oasdiff ${VERSION}:\n\n${error.stderr || error.message}`,
  );
}
