import { experimental, type Server, ServerCredentials, type ServerInterceptor } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { DescService } from '@bufbuild/protobuf';
import { type CustomTransportStrategy, ServerGrpc } from '@nestjs/microservices';
import { within } from '#libs/lifecycle';
import { descriptorsOf, packageDefinitionOf } from './definition.js';
import { GrpcHealth } from './health.js';
import { filesOf, type GrpcTls } from './tls.js';

const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_METADATA_BYTES = 16 * 1024;
const MAX_CALLS_PER_CONNECTION = 100;
/** A client that has vanished is noticed after this time and `KEEPALIVE_TIMEOUT_MS`. */
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
/** Clients ping as often as they like, but not more. */
const MIN_PING_INTERVAL_MS = 10_000;
/** How long calls may take that are still running when the server closes. */
const CLOSE_WITHIN_MS = 30_000;
/** Clients connect again after this time, so that they find new replicas. */
const MAX_CONNECTION_AGE_MS = 5 * 60_000;

export interface GrpcServerOptions {
  readonly host: string;
  readonly port: number;
  /** Null for plaintext. */
  readonly tls: GrpcTls | null;
  readonly services: readonly DescService[];
  readonly interceptors: readonly ServerInterceptor[];
  readonly isReady: () => Promise<boolean>;
}

/** Serves gRPC, with health checks and reflection. */
export class GrpcServer extends ServerGrpc implements CustomTransportStrategy {
  private readonly health: GrpcHealth;

  constructor(private readonly settings: GrpcServerOptions) {
    super({
      url: `${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${settings.port}`,
      package: [...new Set(settings.services.map(({ file }) => file.proto.package))],
      packageDefinition: packageDefinitionOf(settings.services),
      gracefulShutdown: true,
      credentials: settings.tls ? mutualTls(settings.tls) : ServerCredentials.createInsecure(),
      maxReceiveMessageLength: MAX_REQUEST_BYTES,
      maxMetadataSize: MAX_METADATA_BYTES,
      keepalive: {
        keepaliveTimeMs: KEEPALIVE_MS,
        keepaliveTimeoutMs: KEEPALIVE_TIMEOUT_MS,
        http2MinPingIntervalWithoutDataMs: MIN_PING_INTERVAL_MS,
      },
      channelOptions: {
        'grpc.max_connection_age_ms': MAX_CONNECTION_AGE_MS,
        'grpc.max_concurrent_streams': MAX_CALLS_PER_CONNECTION,
        // Passed on as they are, although they aren't options of a channel.
        ...({ interceptors: settings.interceptors } as object),
      },
    });
    this.health = new GrpcHealth(
      settings.services.map(({ typeName }) => typeName),
      settings.isReady,
    );
  }

  /** The host and port. */
  get address(): string {
    return this.url;
  }

  /** @throws Error that names the variable, if the port can't be used */
  override async createClient(): Promise<Server> {
    const server = (await super.createClient().catch((cause: unknown) => {
      throw new Error(
        `gRPC can't be served at ${this.url}: ${(cause as Error).message}. Is another program using it? Set GRPC_PORT to ` +
          'another port.',
        { cause },
      );
    })) as Server;
    this.health.addTo(server);
    new ReflectionService(descriptorsOf(this.settings.services)).addToServer(server);
    return server;
  }

  /** Waits for calls that are running, for a limited time. */
  override async close(): Promise<void> {
    this.health.stop();
    const server = this.grpcClient as Server | null;
    const closing = super.close().then(() => true);
    if (!(await within(CLOSE_WITHIN_MS, closing))) {
      server?.forceShutdown();
      await closing;
    }
  }
}

/** Whether a server couldn't start because another program uses its port. */
export function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && error.message.includes('EADDRINUSE');
}

/** Callers must have a certificate, too. */
function mutualTls(tls: GrpcTls): ServerCredentials {
  const files = filesOf(tls);
  return experimental.createCertificateProviderServerCredentials(files, files, true);
}
