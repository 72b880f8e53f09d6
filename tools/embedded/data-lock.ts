import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, LockHeld } from '../lock.mjs';
import { CannotStart } from './embedded-server.ts';

/**
 * Locks the data folder, so that only one supervisor uses it.
 * @param patienceMs how long to wait for another one that is stopping
 * @returns releases it
 */
export async function lockDataDir(dataDir: string, patienceMs: number): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  try {
    return (await acquireLock(join(dataDir, 'lock'), { patienceMs })).release;
  } catch (error) {
    if (error instanceof LockHeld) {
      throw new CannotStart(
        `Gatehouse is already running on ${dataDir} (process ${error.pid}). Stop it first, ` +
          'or set DATA_DIR, PORT and MANAGEMENT_PORT to run a second one.',
      );
    }
    throw error;
  }
}
