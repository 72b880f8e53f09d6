import type { Redis } from 'ioredis';

const LOOK_EVERY_MS = 5_000;
/** A blocking read is answered every 5 s, and so is a ping: this many silent looks mean that nobody is there. */
const SILENT_LOOKS = 3;

/**
 * Makes a connection anew when nothing has come over it for a quarter of a minute. A Redis whose machine vanished does
 * not say goodbye, and TCP alone takes many minutes to notice. (ioredis' `socketTimeout` outlives its socket and then
 * cuts the next one.)
 * @returns a function that ends the watch
 */
export function watchSilence(connection: Redis, { ping }: { readonly ping: boolean }): () => void {
  let seen = -1;
  let silent = 0;
  const timer = setInterval(() => {
    const { bytesRead } = (connection as unknown as { stream?: { bytesRead: number } }).stream ?? {
      bytesRead: 0,
    };
    silent = connection.status === 'ready' && bytesRead === seen ? silent + 1 : 0;
    seen = bytesRead;
    if (silent >= SILENT_LOOKS) {
      silent = 0;
      connection.disconnect(true);
    } else if (ping && connection.status === 'ready') {
      connection.ping().catch(() => undefined);
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
