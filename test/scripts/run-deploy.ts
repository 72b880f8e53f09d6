import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Less than a test has, in milliseconds, so that it ends with what it has found. */
const PATIENCE = 20_000;

export interface Answer {
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
}

export interface Situation {
  /** What a program says, by the beginning of the command. Other commands are only written down. */
  readonly answers: Record<string, Answer>;
  /** What it says instead, once something was changed. */
  readonly afterwards?: Record<string, Answer>;
  readonly fails?: string[];
  readonly values?: string;
  readonly args?: string[];
  /** A program that is not on the PATH. */
  readonly without?: string;
  /** During these commands the deployment gets the signal, and they end as soon as it reaches them. */
  readonly endsBySignal?: string[];
  /** The same, but these end well, after the deployment has taken notice. */
  readonly outlivesSignal?: string[];
  /** The same, but these fail when the signal reaches them. */
  readonly sparedBySignal?: string[];
  /** Without one, the deployment's output is closed instead. */
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
    // A group of its own, which gets the signal as from a terminal: all that the deployment has started in it, too.
    detached: true,
    // A deployment that waits for ever fails its test, and the fakes end with it.
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const tellToEnd = () => {
    if (signal) {
      process.kill(-Number(child.pid), signal);
    } else {
      child.stdout.destroy();
      child.stderr.destroy();
    }
    writeFileSync(join(folder, 'told'), '');
  };
  const code = await new Promise<number | null>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (String(chunk).includes('hangs')) {
        tellToEnd();
      }
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Told to end by')) {
        writeFileSync(join(folder, 'noticed'), '');
      }
    });
    child.once('exit', (status) => child.stdout.destroyed && resolve(status));
    child.once('close', resolve);
  });
  const calls = existsSync(written) ? readFileSync(written, 'utf8').trim().split('\n') : [];
  return { code, output, calls };
}

function fake(program: string, folder: string, situation: Situation): string {
  const { answers, afterwards = {}, fails = [] } = situation;
  const { endsBySignal = [], outlivesSignal = [], sparedBySignal = [] } = situation;
  const calls = quoted(join(folder, 'calls.txt'));
  // Not longer than the deployment and the test live: one of them may be killed in the meantime.
  const until = (condition: string) =>
    `until ${condition}; do kill -0 $PPID && kill -0 ${process.pid} || exit 1; done 2>/dev/null`;
  const exists = (name: string) => `[ -e ${quoted(join(folder, name))} ]`;
  const told = `printf hangs; ${until(exists('told'))}; printf on`;
  const ends = `trap 'exit 1' TERM; trap '' INT HUP; ${told}; ${until('false')}`;
  const outlives = `trap '' TERM INT HUP; ${told}; ${until(exists('noticed'))}`;
  const spared = `trap 'exit 1' TERM INT HUP; ${told}; ${until(exists('noticed'))}`;
  return [
    '#!/bin/sh',
    `command="${program} $*"`,
    `if [ -e ${calls} ]; then case "$command" in`,
    ...says(afterwards),
    'esac; fi',
    'case "$command" in',
    ...says(answers),
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

function says(answers: Record<string, Answer>): string[] {
  return Object.entries(answers).map(
    ([start, { out = '', err = '', code = 0 }]) =>
      `${quoted(start)}*) printf %s ${quoted(out)}; printf %s ${quoted(err)} >&2; exit ${code} ;;`,
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
