import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { CannotStart } from './embedded-server.ts';

/**
 * Below the range that Linux (from 32768) and macOS (from 49152) use for outgoing connections, so no client takes the port
 * between our check and the server's bind.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** A port that is free right now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(FIRST, LAST);
    if (await isPortFree(port, host)) {
      return port;
    }
  }
  throw new Error(`No port between ${FIRST} and ${LAST} is free.`);
}

/** The given port, or any free one if it is in use. */
export async function preferredPort(port: number, host = '127.0.0.1'): Promise<number> {
  return (await isPortFree(port, host)) ? port : freePort(host);
}

/** Whether a server could listen on it right now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    );
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * Checked before anything starts: the application would notice only at the end, and we could take whatever answers on the
 * management port for it.
 */
export async function requirePorts(host: string, ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    // The application reports a host that cannot be listened on at all.
    if (!(await isPortFree(port, host).catch(() => true))) {
      throw new CannotStart(
        `Port ${port} is in use by another program. Stop that program, or set ${name} to another port.`,
      );
    }
  }
}
