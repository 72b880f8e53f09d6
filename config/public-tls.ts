import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { parseReadableFile } from './parsers.js';
import type { EnvironmentReader } from './reader.js';

/** Files in PEM: a certificate, followed by those of its authorities, and its key. */
export interface PublicTls {
  readonly cert: string;
  readonly key: string;
}

/** `TLS_CERT` and `TLS_KEY`. Null if the public port has no TLS. */
export function readPublicTls(read: EnvironmentReader, servesPublic: boolean): PublicTls | null {
  const [cert, key] = ['TLS_CERT', 'TLS_KEY'].map((name) =>
    servesPublic
      ? read.optional<string | null>(name, parseReadableFile, () => null)
      : read.unused(name, null),
  );
  if ((cert ?? null) === null && (key ?? null) === null) {
    return null;
  }
  if (typeof cert !== 'string' || typeof key !== 'string') {
    read.addProblem('TLS_CERT', 'needs TLS_KEY, and TLS_KEY needs TLS_CERT');
    return null;
  }
  try {
    createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });
  } catch (error) {
    read.addProblem('TLS_CERT', `and TLS_KEY can't be used (${(error as Error).message})`);
  }
  return { cert, key };
}
