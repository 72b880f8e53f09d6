import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../project.mjs';
import { goProgram, run } from './programs.ts';
import { type Document, NOTICE_DAYS, STRICTER } from './spec-rules.ts';

export const oasdiff = (): Promise<string> => goProgram('github.com/oasdiff/oasdiff', 'v1.35.0', '.');

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

/** @returns whether `after` breaks clients of `before`, and how; `folder` is for temporary files */
export async function compare(
  program: string,
  folder: string,
  before: Document,
  after: Document,
): Promise<{ breaks: boolean; report: string }> {
  const files = {
    'before.json': JSON.stringify(before),
    'after.json': JSON.stringify(after),
    levels: STRICTER.map((check) => `${check} err\n`).join(''),
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
  }
  // Ignores the user's own settings.
  const { code, stdout, stderr } = await run(program, ARGUMENTS, {
    cwd: folder,
    env: { ...process.env, OASDIFF_CONFIG: '' },
  });
  if (code !== 0 && (code !== 1 || !stdout)) {
    throw new UserError(`oasdiff could not compare the documents:\n\n${stderr}`);
  }
  return { breaks: code === 1, report: stdout.trim() };
}
