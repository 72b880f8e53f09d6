import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../project.mjs';
import { goProgram, must, run } from './programs.ts';
import { type ApiChange, removals } from './api-changelog.ts';
import { type Document, NOTICE_DAYS, STRICTER } from './spec-rules.ts';

export const oasdiff = (): Promise<string> => goProgram('github.com/oasdiff/oasdiff', 'v1.35.0', '.');

const COMMON = ['before.json', 'after.json', '--flatten-allof'];

const BREAKING = [
  'breaking',
  ...COMMON,
  // A warning is a change that breaks some clients.
  '--fail-on=WARN',
  '--format=text',
  '--color=never',
  '--severity-levels=levels',
  `--deprecation-days-stable=${NOTICE_DAYS}`,
];

const CHANGELOG = ['changelog', ...COMMON, '--format=json'];

export interface Verdict {
  readonly breaks: boolean;
  readonly report: string;
  /** All that clients can see, breaking or not. */
  readonly changes: readonly ApiChange[];
}

/** @returns whether `after` breaks clients of `before`, and how; `folder` is for temporary files */
export async function compare(
  program: string,
  folder: string,
  before: Document,
  after: Document,
): Promise<Verdict> {
  const files = {
    'before.json': JSON.stringify(before),
    'after.json': JSON.stringify(after),
    levels: STRICTER.map((check) => `${check} err\n`).join(''),
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
  }
  // Ignores the user's own settings.
  const options = { cwd: folder, env: { ...process.env, OASDIFF_CONFIG: '' } };
  const { code, stdout, stderr } = await run(program, BREAKING, options);
  if (code !== 0 && (code !== 1 || !stdout)) {
    throw new UserError(`oasdiff could not compare the documents:\n\n${stderr}`);
  }
  const changes = JSON.parse(await must(program, CHANGELOG, options)) as readonly ApiChange[];
  return { breaks: code === 1, report: stdout.trim(), changes: [...changes, ...removals(before, after)] };
}
