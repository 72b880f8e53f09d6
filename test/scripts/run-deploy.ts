import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Answer {
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
}

export interface Situation {
  /** What a program says, by the beginning of the command. Other commands are only written down. */
  readonly answers: Record<string, Answer>;
  readonly fails?: string[];
  readonly values?: string;
  readonly args?: string[];
  /** A program that is not on the PATH. */
  readonly without?: string;
  /** These commands never end by themselves, and during them the deployment gets a SIGTERM. */
  readonly endDuring?: string[];
}

/** Runs the script with a helm and a kubectl that are told what to say. */
export async function deploy(situation: Situation) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-deploy-'));
  try {
    return await runIn(folder, situation);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, situation: Situation) {
  const { values = '', args = [], without } = situation;
  const written = join(folder, 'calls.txt');
  for (const program of ['helm', 'kubectl'].filter((name) => name !== without)) {
    writeFileSync(join(folder, program), fake(program, written, situation), { mode: 0o755 });
  }
  const file = join(folder, 'values.yaml');
  writeFileSync(file, values);
  const asked = ['--namespace', 'accounts', '--values', file, '--version', '1.5.0', ...args];
  const child = spawn(process.execPath, [join('scripts', 'deploy.mjs'), ...asked], {
    env: { PATH: folder },
  });
  let output = '';
  const code = await new Promise<number | null>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (String(chunk).includes('hangs')) {
        child.kill('SIGTERM');
      }
    });
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('close', resolve);
  });
  const calls = existsSync(written) ? readFileSync(written, 'utf8').trim().split('\n') : [];
  return { code, output, calls };
}

function fake(program: string, written: string, { answers, fails = [], endDuring = [] }: Situation): string {
  const known = Object.entries(answers).map(
    ([start, { out = '', err = '', code = 0 }]) =>
      `${quoted(start)}*) printf %s ${quoted(out)}; printf %s ${quoted(err)} >&2; exit ${code} ;;`,
  );
  return [
    '#!/bin/sh',
    `command="${program} $*"`,
    'case "$command" in',
    ...known,
    'esac',
    `echo "$command" >> ${quoted(written)}`,
    'case "$command" in',
    ...endDuring.map((part) => `*${quoted(part)}*) trap 'exit 1' TERM; printf hangs; while :; do :; done ;;`),
    ...fails.map((part) => `*${quoted(part)}*) exit 1 ;;`),
    'esac',
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
