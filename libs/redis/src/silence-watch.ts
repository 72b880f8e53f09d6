import type { Redis } from 'ioredis';

/** A connection that received nothing during this many checks in a row is dead. */
const MAX_SILENT_CHECKS = 3;
/** While it is being set up, a connection waits for answers too: to AUTH and to the ready check. */
const EXPECTS_ANSWERS: ReadonlySet<string> = new Set(['connect', 'ready']);

export interface SilenceWatch {
  /** Milliseconds between two checks. Something has to be received at least as often. */
  readonly checkEveryMs: number;
  /** Whether to ask for something to receive. Blocking reads can't, but end by themselves. */
  readonly ping: boolean;
}

/**
 * Reconnects when nothing has been received for three checks. If a Redis host vanishes, it doesn't close its
 * connections, and TCP alone takes many minutes to notice. (ioredis's `socketTimeout` outlives its socket and then
 * closes the next one.) Ends with the connection.
 */
export function watchSilence(connection: Redis, { checkEveryMs, ping }: SilenceWatch): void {
  let bytesSeen = -1;
  let silentChecks = 0;
  const check = (): void => {
    const { bytesRead } = (connection as unknown as { stream?: { bytesRead: number } }).stream ?? {
      bytesRead: 0,
    };
    const isSilent = EXPECTS_ANSWERS.has(connection.status) && bytesRead === bytesSeen;
    silentChecks = isSilent ? silentChecks + 1 : 0;
    bytesSeen = bytesRead;
    if (silentChecks >= MAX_SILENT_CHECKS) {
      silentChecks = 0;
      connection.disconnect(true);
    } else if (ping && connection.status === 'ready') {
      connection.ping().catch(() => undefined);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  connection.on('connecting', () => {
    timer ??= setInterval(check, checkEveryMs).unref();
  });
  connection.on('end', () => {
    clearInterval(timer);
    timer = undefined;
  });
}
