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
  /** During these commands the deployment gets the signal, and they end by it. */
  readonly endsBySignal?: string[];
  /** The same, but these end well even so. */
  readonly outlivesSignal?: string[];
  /** The same, but these fail when they get it. */
  readonly sparedBySignal?: string[];
  readonly signal?: NodeJS.Signals;
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
  const { values = '', args = [], without, signal } = situation;
  const written = join(folder, 'calls.txt');
  for (const program of ['helm', 'kubectl'].filter((name) => name !== without)) {
    writeFileSync(join(folder, program), fake(program, folder, situation), { mode: 0o755 });
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
        child.kill(signal);
        writeFileSync(join(folder, 'signalled'), '');
      }
    });
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('close', resolve);
  });
  const calls = existsSync(written) ? readFileSync(written, 'utf8').trim().split('\n') : [];
  return { code, output, calls };
}

function fake(program: string, folder: string, situation: Situation): string {
  const { answers, fails = [], endsBySignal = [], outlivesSignal = [], sparedBySignal = [] } = situation;
  const known = Object.entries(answers).map(
    ([start, { out = '', err = '', code = 0 }]) =>
      `${quoted(start)}*) printf %s ${quoted(out)}; printf %s ${quoted(err)} >&2; exit ${code} ;;`,
  );
  const until = (condition: string) => `n=0; until ${condition}; do n=$((n+1)); done`;
  // Counts on for a moment, so that signals that are on their way arrive.
  // And not for ever, should the test be killed in the meantime.
  const isSignalled = `[ -e ${quoted(join(folder, 'signalled'))} ] || [ $n = 20000000 ]`;
  const signalled = `printf hangs; ${until(isSignalled)}; ${until('[ $n = 20000 ]')}`;
  const calls = quoted(join(folder, 'calls.txt'));
  const ends = `trap 'exit 1' TERM INT; ${signalled}; ${until('[ $n = 1000000 ]')}; echo 'no signal' >> ${calls}`;
  const outlives = `trap '' TERM INT; ${signalled}`;
  const spared = `trap 'exit 1' TERM INT; ${signalled}`;
  return [
    '#!/bin/sh',
    `command="${program} $*"`,
    'case "$command" in',
    ...known,
    'esac',
    `echo "$command" >> ${calls}`,
    'case "$command" in',
    ...endsBySignal.map((part) => `*${quoted(part)}*) ${ends} ;;`),
    ...outlivesSignal.map((part) => `*${quoted(part)}*) ${outlives} ;;`),
    ...sparedBySignal.map((part) => `*${quoted(part)}*) ${spared} ;;`),
    ...fails.map((part) => `*${quoted(part)}*) exit 1 ;;`),
    'esac',
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
