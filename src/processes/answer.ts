import type { Type } from '@nestjs/common';
import { ModuleRef, NestApplicationContext, NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import type { DescService } from '@bufbuild/protobuf';
import type { GrpcServer } from '#libs/grpc';
import { NestLogger } from '#libs/telemetry';
import type { Beginning } from './lifetime.js';
import { ProcessModule, run, type Started } from './run.js';
import { createGrpcServer, startGrpc } from './serve-grpc.js';

/** Starts an application that serves gRPC, but no HTTP. */
export function answer(
  beginning: Beginning,
  services: readonly DescService[],
  ...roles: Type[]
): Promise<Started> {
  return run(beginning, async (config, loggers) => {
    const options: AsyncMicroserviceOptions = {
      inject: [ModuleRef],
      useFactory: (context: ModuleRef) => ({ strategy: createGrpcServer(context, services, config) }),
    };
    const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(
      ProcessModule.forRoles(roles, config, loggers),
      { ...options, logger: new NestLogger(loggers.log), abortOnError: false },
    );
    const server = app.getTransportServer() as GrpcServer;
    // Initializes the application, too. `init` would run the hooks of its modules twice.
    await startGrpc(server, () => app.listen(), config, loggers.log);
    loggers.log.info('ready to process jobs');
    return {
      get: app.get.bind(app),
      // Its own `close` closes the server at once, before anyone has left.
      close: (signal?: string) => NestApplicationContext.prototype.close.call(app, signal),
    };
  });
}
