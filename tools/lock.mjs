// @ts-check
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './process-identity.mjs';

/**
 * @typedef {object} Lock
 * @property {(pid: number) => void} share Makes a child a second holder: if we are killed, the lock stays taken until
 *   the child exits, too.
 * @property {() => void} release
 */

/** Thrown when another process has held the lock for too long. */
export class LockHeld extends Error {
  /** @param {number} pid */
  constructor(pid) {
    super(`held by process ${pid}`);
    this.pid = pid;
  }
}

/**
 * Takes the lock file, waiting for its holder. A lock whose holders have all died is broken; neither a zombie nor a
 * reused process id counts as a live holder. Release the lock before `process.exit`.
 *
 * @param {string} path
 * @param {{ patienceMs?: number, onWait?: (pid: number) => void }} [options]
 * @returns {Promise<Lock>}
 * @throws {LockHeld} if the lock is still held after `patienceMs` (by default, it waits forever)
 */
export async function acquireLock(path, { patienceMs = Infinity, onWait } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const startedAt = Date.now();
  let content = contentFor(process.pid);
  for (let waiting = false; !create(path, content);) {
    const seen = read(path);
    const holder = holdersIn(seen).find(
      ({ pid, identity }) => identity !== null && processIdentity(pid) === identity,
    );
    if (!holder) {
      if (seen !== null) {
        breakStale(path, seen);
      }
      continue;
    }
    if (Date.now() - startedAt > patienceMs) {
      throw new LockHeld(holder.pid);
    }
    if (!waiting) {
      onWait?.(holder.pid);
      waiting = true;
    }
    await delay(100);
  }
  return {
    share(pid) {
      content = contentFor(process.pid, pid);
      const draft = `${path}.${process.pid}`;
      writeFileSync(draft, content, { mode: 0o600 });
      renameSync(draft, path);
    },
    release() {
      if (read(path) === content) {
        rmSync(path, { force: true });
      }
    },
  };
}

/**
 * Runs `work` while holding the lock.
 *
 * @template T
 * @param {string} path
 * @param {(share: Lock['share']) => Promise<T>} work
 * @param {{ onWait?: (pid: number) => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options) {
  const lock = await acquireLock(path, options);
  try {
    return await work(lock.share);
  } finally {
    lock.release();
  }
}

/**
 * Creates the file together with its content, so that nobody reads an empty lock and takes it for a stale one.
 *
 * @param {string} path
 * @param {string} content
 * @returns {boolean} false if the file exists
 */
function create(path, content) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Moves the lock aside and looks again before deleting it: if two processes find it stale, the slower one must not
 * delete the lock that the faster one has taken since.
 *
 * @param {string} path
 * @param {string} seen
 */
function breakStale(path, seen) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return; // Another process moved or released it.
  }
  if (read(aside) !== seen) {
    linkSync(aside, path);
  }
  rmSync(aside, { force: true });
}

/** @param {number[]} pids */
function contentFor(...pids) {
  const holders = pids.map((pid) => ({ pid, identity: processIdentity(pid) }));
  return JSON.stringify({ holders, token: Math.random() });
}

/**
 * @param {string | null} content
 * @returns {{ pid: number, identity: string | null }[]}
 */
function holdersIn(content) {
  try {
    return JSON.parse(content ?? '').holders ?? [];
  } catch {
    return [];
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
