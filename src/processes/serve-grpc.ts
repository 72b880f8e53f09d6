import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import type { DescService } from '@bufbuild/protobuf';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { callContext, GrpcServer, isAddressInUse } from '#libs/grpc';
import { ACCESS_LOG } from '#libs/telemetry';
import { type AppConfig, DEFAULT_GRPC_PORT } from '../../config/index.js';
import { HealthService } from '../operations/health/index.js';

type GrpcConfig = Pick<AppConfig, 'host' | 'grpc'>;

/** Serves gRPC next to HTTP. @throws Error as `startGrpc` */
export async function serveGrpc(
  app: INestApplication,
  services: readonly DescService[],
  config: GrpcConfig,
  log: Logger,
): Promise<void> {
  const strategy = createGrpcServer(app, services, config);
  app.connectMicroservice({ strategy });
  await startGrpc(strategy, () => app.startAllMicroservices(), config, log);
}

export function createGrpcServer(
  context: Pick<INestApplicationContext, 'get'>,
  services: readonly DescService[],
  { host, grpc }: GrpcConfig,
): GrpcServer {
  const health = context.get(HealthService, { strict: false });
  const accessLog = context.get<Logger>(ACCESS_LOG, { strict: false });
  return new GrpcServer({
    host,
    port: grpc.port,
    tls: grpc.tls,
    services,
    interceptors: [callContext(accessLog, context.get(Registry, { strict: false }))],
    isReady: async () => (await health.ready()).status === 200,
  });
}

/**
 * If another process has the default port, as a second replica on one machine does, it only warns: gRPC is for other
 * services, and most have none.
 * @throws Error if another port was chosen, and can't be used
 */
export async function startGrpc(
  server: GrpcServer,
  start: () => Promise<unknown>,
  { grpc }: GrpcConfig,
  log: Logger,
): Promise<void> {
  try {
    await start();
    log.info({ address: server.address, tls: grpc.tls !== null }, 'ready to serve gRPC');
  } catch (error) {
    if (grpc.port !== DEFAULT_GRPC_PORT || !isAddressInUse(error)) {
      throw error;
    }
    log.warn(
      { port: grpc.port },
      'gRPC is not served: another process uses the port. Set GRPC_PORT to serve it',
    );
  }
}
