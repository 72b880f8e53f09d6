import { experimental } from '@grpc/grpc-js';

const CHECK_MS = 10_000;

/** Files in PEM. They are read again when they change. */
export interface GrpcTls {
  readonly cert: string;
  readonly key: string;
  /** Who may have issued the certificates of the other side. */
  readonly ca: string;
}

export function filesOf({ cert, key, ca }: GrpcTls) {
  return new experimental.FileWatcherCertificateProvider({
    certificateFile: cert,
    privateKeyFile: key,
    caCertificateFile: ca,
    refreshIntervalMs: CHECK_MS,
  });
}
