import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './process-identity.js';

interface Holder {
  readonly pid: number;
  readonly identity: string | null;
}

/** Thrown when another live process holds the folder. */
export class DataDirInUse extends Error {
  constructor(readonly pid: number) {
    super(`held by process ${pid}`);
  }
}

/**
 * Makes this process the only one that runs servers on the folder. A holder that died, however, is no obstacle.
 * @param patienceMs how long a holder may take that is just ending
 * @returns how to let go
 * @throws DataDirInUse
 */
export async function lockDataDir(dataDir: string, patienceMs: number): Promise<() => void> {
  const path = join(dataDir, 'lock');
  const me = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) } satisfies Holder);
  const draft = `${path}.${process.pid}`;
  const startedAt = Date.now();
  for (;;) {
    writeFileSync(draft, me, { mode: 0o600 });
    try {
      // The name appears with its content in one step, so that nobody reads an empty lock and takes it for a stale one.
      linkSync(draft, path);
      return () => release(path, me);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    } finally {
      rmSync(draft, { force: true });
    }
    const seen = read(path);
    if (seen === null) {
      continue;
    }
    const holder = parse(seen);
    if (!holder || holder.identity !== processIdentity(holder.pid)) {
      breakStale(path, seen);
    } else if (Date.now() - startedAt > patienceMs) {
      throw new DataDirInUse(holder.pid);
    } else {
      await delay(100);
    }
  }
}

/**
 * Moves the stale lock away before looking at it again: of two processes that found it stale, the slower one could
 * otherwise remove the lock that the faster one has taken since.
 */
function breakStale(path: string, seen: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return; // Somebody else moved it.
  }
  if (read(aside) !== seen) {
    linkSync(aside, path);
  }
  rmSync(aside, { force: true });
}

function release(path: string, mine: string): void {
  if (read(path) === mine) {
    rmSync(path, { force: true });
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function parse(content: string): Holder | null {
  try {
    return JSON.parse(content) as Holder;
  } catch {
    return null;
  }
}
