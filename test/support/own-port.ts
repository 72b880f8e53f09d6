import { freePort, isPortFree } from '#tools/embedded';

/** Below the ports that `freePort` chooses from, which other programs of this run use. */
const FIRST = 10_000;
const PER_WORKER = 2_500;

const first = FIRST + (Number(process.env['JEST_WORKER_ID'] ?? 1) - 1) * PER_WORKER;
let next = process.pid % PER_WORKER;

/**
 * A free port that no other process of this run is given. Applications bind their ports a second after they were
 * chosen. If two had the same management port, the one that fails to bind it would seem ready, because the other answers.
 */
export async function ownPort(): Promise<number> {
  for (let tried = 0; tried < PER_WORKER; tried++) {
    const port = first + (next++ % PER_WORKER);
    if (await isPortFree(port)) {
      return port;
    }
  }
  return freePort();
}
