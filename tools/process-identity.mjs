// @ts-check
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

/**
 * Distinguishes a process from a later one that reuses its id, which is common in containers, where ids are small. A
 * zombie counts as gone: in a container, PID 1 may never reap it, and `kill(pid, 0)` would report it alive forever.
 *
 * @param {number} pid
 * @returns {string | null} null if no such process is running
 */
export function processIdentity(pid) {
  return process.platform === 'linux' ? linuxIdentity(pid) : portableIdentity(pid);
}

/** @param {number} pid */
export function isRunning(pid) {
  return processIdentity(pid) !== null;
}

/**
 * The processes whose working directory is `folder`. PostgreSQL and Redis change into their data folder, so this finds
 * every process that may still write there, even if the one that knew their ids was killed. Empty without /proc.
 *
 * @param {string} folder
 * @returns {number[]}
 */
export function processesIn(folder) {
  if (process.platform !== 'linux') {
    return [];
  }
  const wanted = realpathSync(folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && workingFolder(name) === wanted)
    .map(Number);
}

/** @param {string} pid */
function workingFolder(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null; // It exited, is a zombie, or belongs to another user.
  }
}

/** @param {number} pid */
function linuxIdentity(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may contain anything; the state and a list of numbers follow it (proc(5)).
    const [state, ...numbers] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startedAt = numbers[18];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return state === 'Z' || state === 'X' || !startedAt ? null : `${boot}/${startedAt}`;
  } catch {
    return null;
  }
}

/** @param {number} pid */
function portableIdentity(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state, ...startedAt] = (stdout ?? '').trim().split(/\s+/);
  return !state || state.startsWith('Z') ? null : startedAt.join(' ');
}
