import type { INestApplication } from '@nestjs/common';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { accountsProto } from '#libs/contracts';
import { callContext, GrpcServer, isAddressInUse } from '#libs/grpc';
import { ACCESS_LOG } from '#libs/telemetry';
import { type AppConfig, DEFAULT_GRPC_PORT } from '../../config/index.js';
import { HealthService } from '../operations/health/index.js';

/**
 * Serves gRPC. If another process has the default port, as a second replica on one machine does, it only warns: gRPC is for
 * other services, and most have none.
 * @throws Error if another port was chosen, and can't be used
 */
export async function serveGrpc(
  app: INestApplication,
  { host, grpc }: Pick<AppConfig, 'host' | 'grpc'>,
  log: Logger,
): Promise<void> {
  const health = app.get(HealthService);
  const interceptor = callContext(app.get<Logger>(ACCESS_LOG), app.get(Registry));
  const strategy = new GrpcServer({
    host,
    port: grpc.port,
    tls: grpc.tls,
    services: [accountsProto.AccountsService],
    interceptors: [interceptor],
    isReady: async () => (await health.ready()).status === 200,
  });
  app.connectMicroservice({ strategy });
  try {
    await app.startAllMicroservices();
    log.info({ address: strategy.address, tls: grpc.tls !== null }, 'ready to serve gRPC');
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
