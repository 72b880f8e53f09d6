import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { Logger } from '@nestjs/common';

/** How often we look whether the files have changed. Notifications of file systems miss what a mounted Secret does. */
const CHECK_MS = 5_000;
/** A client that takes longer for its handshake is broken or hostile. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** What's older has known weaknesses (RFC 8996). */
const OLDEST = 'TLSv1.2';

/** Files in PEM: a certificate, followed by those of its authorities, and its key. They're read again when they change. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** @throws the error of Node if the files can't be read, or don't belong together */
export function createTlsServer(options: ServerOptions, files: TlsFiles): Server {
  const logger = new Logger('TLS');
  let latest = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  const server = createServer({
    ...options,
    ...latest,
    minVersion: OLDEST,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  const timer = setInterval(() => void renew(), CHECK_MS).unref();
  server.once('close', () => clearInterval(timer));
  return server;

  /** Connections that are open keep their certificate. */
  async function renew(): Promise<void> {
    try {
      const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')]);
      if (cert === latest.cert && key === latest.key) {
        return;
      }
      latest = { cert, key };
      createSecureContext(latest);
      server.setSecureContext({ ...latest, minVersion: OLDEST });
      logger.log(`the new certificate is in use, and valid until ${new X509Certificate(cert).validTo}`);
    } catch (error) {
      logger.warn(`the new certificate can't be used, so the one before stays (${(error as Error).message})`);
    }
  }
}
