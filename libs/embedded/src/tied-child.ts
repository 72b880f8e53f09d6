import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { hasDeathSignals } from './death-signals.js';
import type { SystemUser } from './system-user.js';

export interface TiedChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  /** What the child gets when we die without a word. */
  readonly deathSignal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  readonly cwd?: string;
  /** Who it runs as; only root may choose. */
  readonly user?: SystemUser;
}

/**
 * Starts a child that does not outlive us: on Linux the kernel signals it when this process dies, even by SIGKILL.
 * It leads a process group of its own, so that a Ctrl-C in the terminal reaches it through us and in our order only.
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

/** Resolves when the process is gone; never rejects. A child that could not be started counts as gone. */
export function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve({ code: child.exitCode, signal: child.signalCode });
      return;
    }
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => child.pid === undefined && resolve({ code: 127, signal: null }));
  });
}

/**
 * Ends a child in its orderly way and waits until it is gone. One that is frozen, or takes longer than a person waits,
 * is killed: what we run survives that.
 */
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
