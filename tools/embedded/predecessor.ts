import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, processesIn } from '../process-identity.mjs';

/**
 * Waits until no process uses a server's data folder. If our predecessor was killed, its server may still be writing when
 * we start, and two servers on one folder would corrupt it.
 * @param leader the id of the server's main process, if known
 * @param gentle the signal for a clean shutdown
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

/** Ends a process and waits until it has exited. Kills it if it ignores the signal. */
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
    // It has exited.
  }
}
