import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range from which Linux (32768 up) and macOS (49152 up) serve outgoing connections, so that no client of
 * anything takes the port in the moment between our look and the server's bind.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** A port that nobody listens on at this moment. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port, host)) {
      return port;
    }
  }
  throw new Error(`No port between ${FIRST} and ${LAST} is free.`);
}

/** The port that people expect, or any free one when something else has it. */
export async function preferredPort(port: number, host = '127.0.0.1'): Promise<number> {
  return (await isFree(port, host)) ? port : freePort(host);
}

export async function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    );
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
