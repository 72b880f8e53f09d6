import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { platform } from 'node:os';

/**
 * Tells a process from a later one with the same number, which is common in containers, where numbers are small.
 * Null when no such process runs. A zombie counts as gone: a container's first process may never reap it, and
 * `kill(pid, 0)` would call it alive for ever.
 */
export function processIdentity(pid: number): string | null {
  return platform() === 'linux' ? linuxIdentity(pid) : portableIdentity(pid);
}

export function isRunning(pid: number): boolean {
  return processIdentity(pid) !== null;
}

/**
 * The processes that have `folder` as their working folder. PostgreSQL and Redis both change into their data folder,
 * so that this finds every one that may still write there, even after the process that knew their numbers was killed.
 * Empty where the system has no /proc.
 */
export function processesIn(folder: string): number[] {
  if (platform() !== 'linux') {
    return [];
  }
  const wanted = realpathSync(folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => workingFolder(pid) === wanted);
}

function workingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null; // It ended meanwhile, is a zombie, or belongs to somebody else.
  }
}

function linuxIdentity(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; what follows is the state and then numbers (see proc(5)).
    const [state, ...numbers] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startedAt = numbers[18];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return state === 'Z' || state === 'X' || !startedAt ? null : `${boot}/${startedAt}`;
  } catch {
    return null;
  }
}

function portableIdentity(pid: number): string | null {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state, ...startedAt] = (stdout ?? '').trim().split(/\s+/);
  return !state || state.startsWith('Z') ? null : startedAt.join(' ');
}
