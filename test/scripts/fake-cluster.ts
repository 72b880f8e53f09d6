import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly values?: object;
}

export interface Situation {
  /** The release before the deployment, the oldest first. */
  readonly history?: readonly Revision[];
  /** The color that the Service points to. */
  readonly serving?: string;
  /** Commands that fail, by a part of them or as `(call 4)`. An upgrade that fails is rolled back, as with `--atomic`. */
  readonly fails?: readonly string[];
  /** A command during which the deployment gets the signal. It fails if it gets SIGTERM, too. */
  readonly hangs?: string;
  readonly signal?: NodeJS.Signals;
  /** A command during which someone else deploys. */
  readonly raced?: string;
  readonly values?: string;
  readonly args?: readonly string[];
  /** Programs that are not installed. */
  readonly missing?: readonly string[];
}

/** Runs the deployment with a fake helm, which keeps a history as the real one does, and a fake kubectl. */
export async function deploy(situation: Situation) {
  const { values = '', args = [], signal, missing = [] } = situation;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-deploy-'));
  try {
    for (const program of ['helm', 'kubectl'].filter((name) => !missing.includes(name))) {
      writeFileSync(
        join(folder, program),
        `#!${process.execPath}\n(${fake.toString()})(${JSON.stringify({ program, folder, ...situation })})`,
      );
      chmodSync(join(folder, program), 0o755);
    }
    writeFileSync(join(folder, 'history.json'), JSON.stringify(situation.history ?? []));
    const file = join(folder, 'values.yaml');
    writeFileSync(file, values);
    const options = ['--namespace', 'accounts', '--version', '1.5.0', '--values', file];
    const child = spawn(process.execPath, [join('tools', 'scripts', 'deploy.ts'), ...options, ...args], {
      env: { PATH: folder, HOME: folder },
      // Its own process group, which gets the signal as from a terminal.
      detached: true,
      timeout: 20_000,
    });
    let output = '';
    const read = (text: Buffer): void => {
      output += text.toString();
      if (signal && text.includes('hanging')) {
        process.kill(-(child.pid ?? 0), signal);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const log = join(folder, 'calls.txt');
    const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    return { code, output, calls: calls.map((call) => call.replace(folder, '')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs in a process of its own, from its source. */
function fake({
  program,
  folder,
  fails = [],
  hangs,
  raced,
  serving = '',
}: Situation & { program: string; folder: string }) {
  const {
    appendFileSync,
    readFileSync: readFile,
    writeFileSync: writeFile,
  } = process.getBuiltinModule('node:fs');
  const args = process.argv.slice(2);
  const call = `${program} ${args.join(' ')}`;
  const file = `${folder}/history.json`;
  const history = JSON.parse(readFile(file, 'utf8')) as Revision[];
  const add = (status: string): void => {
    history.push({ revision: history.length + 1, status });
    writeFile(file, JSON.stringify(history));
  };
  if (call.startsWith('helm history')) {
    process.stderr.write(history.length > 0 ? '' : 'Error: release: not found');
    process.stdout.write(JSON.stringify(history));
    process.exit(history.length > 0 ? 0 : 1);
  }
  if (call.startsWith('helm get values')) {
    process.stdout.write(
      JSON.stringify(history.find(({ revision }) => call.includes(`--revision=${revision}`))?.values ?? {}),
    );
    process.exit(0);
  }
  if (call.startsWith('kubectl get services')) {
    process.stdout.write(serving);
    process.exit(0);
  }
  appendFileSync(`${folder}/calls.txt`, `${call}\n`);
  const finish = (failed: boolean): void => {
    if (args[0] === 'upgrade') {
      add(failed ? 'failed' : 'deployed');
      if (failed && args.includes('--atomic') && !fails.includes('--atomic')) {
        add('deployed');
      }
    } else if (args[0] === 'rollback' && !failed) {
      add('deployed');
    }
    process.exit(failed ? 1 : 0);
  };
  if (raced && call.includes(raced)) {
    add('pending-upgrade');
  }
  if (hangs && call.includes(hangs)) {
    process.on('SIGTERM', () => finish(true));
    setTimeout(() => finish(false), 1_000);
    console.log('hanging');
    return;
  }
  const count = readFile(`${folder}/calls.txt`, 'utf8').trim().split('\n').length;
  finish(fails.some((part) => `${call} (call ${count})`.includes(part)));
}
