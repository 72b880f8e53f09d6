import type { Redis } from 'ioredis';

const CHECK_EVERY_MS = 5_000;
/** Blocking reads and pings are answered every 5 s, so after this many checks without data the connection is dead. */
const MAX_SILENT_CHECKS = 3;

/**
 * Reconnects when nothing has been received for 15 seconds. If a Redis host vanishes, it doesn't close its connections,
 * and TCP alone takes many minutes to notice. (ioredis's `socketTimeout` outlives its socket and then closes the next
 * one.)
 * @returns a function that stops the watch
 */
export function watchSilence(connection: Redis, { ping }: { readonly ping: boolean }): () => void {
  let bytesSeen = -1;
  let silentChecks = 0;
  const timer = setInterval(() => {
    const { bytesRead } = (connection as unknown as { stream?: { bytesRead: number } }).stream ?? {
      bytesRead: 0,
    };
    silentChecks = connection.status === 'ready' && bytesRead === bytesSeen ? silentChecks + 1 : 0;
    bytesSeen = bytesRead;
    if (silentChecks >= MAX_SILENT_CHECKS) {
      silentChecks = 0;
      connection.disconnect(true);
    } else if (ping && connection.status === 'ready') {
      connection.ping().catch(() => undefined);
    }
  }, CHECK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
