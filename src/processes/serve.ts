import { type DynamicModule, type Type, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createDocuments, createFastifyAdapter, serveDocuments, setUpHttp } from '#libs/api';
import { type Loggers, NestLogger } from '#libs/telemetry';
import type { AppConfig, Role } from '../../config/index.js';
import { ProcessModule, run } from './run.js';

/** How the OpenAPI documents present the product. */
const ABOUT = {
  title: 'Gatehouse',
  description:
    'Accounts, sign-in and notifications. Errors are problem documents (RFC 9457) with a stable `code`. ' +
    'Rate limits apply per caller; the `RateLimit` header says how many requests are left.',
};

/** Runs a process that answers over HTTP, and whatever else `roles` hold. */
export function serve(role: Role, ...roles: Type[]): Promise<void> {
  return run(role, async (config, loggers) => {
    const app = await createServer(ProcessModule.forRoles(roles, config, loggers), config, loggers);
    await app.listen({ port: config.port, host: config.host });
    loggers.log.info({ url: config.publicUrl }, 'ready to serve');
    return app;
  });
}

/** The HTTP application, with everything set but not listening: as it is served, and as the documents are written. */
export async function createServer(
  root: DynamicModule,
  config: AppConfig,
  { log }: Loggers,
  options: { readonly preview?: boolean } = {},
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(root, createFastifyAdapter(config), {
    logger: new NestLogger(log),
    bodyParser: false,
    abortOnError: false,
    ...options,
  });
  app.enableVersioning({ type: VersioningType.URI });
  if (!options.preview) {
    setUpHttp(app);
    serveDocuments(app, createApiDocuments(app));
  }
  return app;
}

/** The OpenAPI documents, the same in the files that are checked in and on the running server. */
export function createApiDocuments(app: NestFastifyApplication): ReturnType<typeof createDocuments> {
  return createDocuments(app, ABOUT);
}
