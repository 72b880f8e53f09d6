import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, processesIn } from './process-identity.js';

/**
 * Waits until nobody uses a server's data folder any more. A server whose parent was killed is still writing its last
 * page when we are started again right after, and two servers on one folder would ruin it.
 * @param leader the number of the server's main process, when it is known
 * @param gentle the signal for an orderly end
 */
export async function outlivePredecessor(
  folder: string,
  leader: number | undefined,
  gentle: NodeJS.Signals,
): Promise<void> {
  const present = (): number[] => processesIn(folder);
  const startedAt = Date.now();
  let firmness = 0;
  while (present().length > 0) {
    const waited = Date.now() - startedAt;
    if (firmness === 0 && leader !== undefined && present().includes(leader)) {
      signal(leader, gentle);
      firmness = 1;
    } else if (waited > GENTLE_MS) {
      present().forEach((pid) => signal(pid, 'SIGKILL'));
    }
    await delay(20);
  }
}

const GENTLE_MS = 15_000;

/** Ends a process and waits until it is gone: kindly at first, by force when it does not listen. */
export async function endProcess(pid: number, gentle: NodeJS.Signals, patienceMs: number): Promise<void> {
  signal(pid, gentle);
  const startedAt = Date.now();
  while (isRunning(pid)) {
    if (Date.now() - startedAt > patienceMs) {
      signal(pid, 'SIGKILL');
    }
    await delay(20);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
