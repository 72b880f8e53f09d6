import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does the work while no other process does work under the same lock file. The lock of a process that died is broken;
 * a zombie or a reused process number is not taken for a live holder. Don't call process.exit in the work: it would
 * leave the lock behind.
 *
 * @template T
 * @param {string} path
 * @param {(share: (pid: number) => void) => Promise<T>} work gets a function that makes a child another holder: when
 *   we are killed the child goes on, and nobody must begin before it has ended
 * @param {{ onWait?: (pid: number) => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { onWait } = {}) {
  let mine = await acquire(path, onWait);
  const share = (pid) => {
    mine = lockFor(process.pid, pid);
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, mine);
    renameSync(draft, path);
  };
  try {
    return await work(share);
  } finally {
    if (read(path) === mine) {
      rmSync(path, { force: true });
    }
  }
}

async function acquire(path, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = lockFor(process.pid);
  const draft = `${path}.${process.pid}`;
  let told = false;
  for (;;) {
    writeFileSync(draft, mine);
    try {
      // The name appears with its content in one step, so that nobody takes an empty lock for a stale one.
      linkSync(draft, path);
      return mine;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    } finally {
      rmSync(draft, { force: true });
    }
    const seen = read(path);
    const holder = holdersOf(seen).find(
      ({ pid, identity }) => identity !== null && identityOf(pid) === identity,
    );
    if (holder) {
      if (!told) {
        onWait?.(holder.pid);
        told = true;
      }
      await delay(100);
    } else if (seen !== null) {
      breakStale(path, seen);
    }
  }
}

function lockFor(...pids) {
  return JSON.stringify({
    holders: pids.map((pid) => ({ pid, identity: identityOf(pid) })),
    token: Math.random(),
  });
}

function holdersOf(content) {
  try {
    return JSON.parse(content)?.holders ?? [];
  } catch {
    return [];
  }
}

/** Looks again after moving it: of two that found it stale, the slower must not remove the lock of the faster. */
function breakStale(path, seen) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (read(aside) !== seen) {
    linkSync(aside, path);
  }
  rmSync(aside, { force: true });
}

/** Tells a process from a later one with the same number; null when it is gone. Elsewhere than on Linux, by number. */
function identityOf(pid) {
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0);
      return 'alive';
    } catch (error) {
      return error.code === 'EPERM' ? 'alive' : null;
    }
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, ...numbers] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return state === 'Z' || state === 'X' ? null : `${boot}/${numbers[18]}`;
  } catch {
    return null;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
