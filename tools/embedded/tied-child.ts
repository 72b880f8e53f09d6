import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { constants, platform } from 'node:os';

export interface TiedChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  /** The signal that the child gets if we die. */
  readonly deathSignal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  readonly cwd?: string;
  /** The user that it runs as; only root may choose. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly setprivArgs: readonly string[] };
}

/**
 * Starts a child that does not outlive us: on Linux, the kernel signals it when this process dies, even by SIGKILL. The
 * child leads its own process group, so a Ctrl-C in the terminal reaches it only through us, and in our order.
 */
export function spawnTied(options: TiedChildOptions): ChildProcess {
  const { command, args, env, stdio, deathSignal, cwd, user } = options;
  const common = { env, stdio, detached: true, ...(cwd ? { cwd } : {}) };
  if (hasDeathSignals()) {
    const setpriv = ['--pdeathsig', deathSignal.replace('SIG', ''), ...(user?.setprivArgs ?? []), '--'];
    return spawn('setpriv', [...setpriv, command, ...args], common);
  }
  const child = spawn(command, args, { ...common, ...(user ? { uid: user.uid, gid: user.gid } : {}) });
  const farewell = (): void => void child.kill(deathSignal);
  process.once('exit', farewell);
  child.once('exit', () => process.off('exit', farewell));
  return child;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when the process has exited; never rejects. A child that could not be started counts as exited. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve({ code: child.exitCode, signal: child.signalCode });
      return;
    }
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => child.pid === undefined && resolve({ code: 127, signal: null }));
  });
}

/** Shuts a child down and waits until it has exited. It is killed if that takes too long: everything we run survives it. */
export async function stopChild(
  child: ChildProcess,
  gentle: NodeJS.Signals,
  patienceMs: number,
): Promise<void> {
  const exited = exitOf(child);
  child.kill(gentle);
  const impatience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await exited;
  clearTimeout(impatience);
}

/** The exit code that a shell would report. */
export function exitCodeOf({ code, signal }: Exit): number {
  return signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
}

export function describeExit({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`;
}

let deathSignals: boolean | undefined;

/**
 * Whether setpriv can ask the kernel to signal a child when its parent dies. util-linux can since 2.33; BusyBox has a
 * different program of that name.
 */
export function hasDeathSignals(): boolean {
  deathSignals ??=
    platform() === 'linux' &&
    (spawnSync('setpriv', ['--help'], { encoding: 'utf8' }).stdout ?? '').includes('--pdeathsig');
  return deathSignals;
}
