import { type DynamicModule, type Type, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  createDocuments,
  createFastifyAdapter,
  LATEST_VERSION,
  requireAccessRules,
  serveDocuments,
  servePages,
  setUpHttp,
} from '#libs/api';
import { accountsProto, notificationsProto } from '#libs/contracts';
import { type Loggers, NestLogger } from '#libs/telemetry';
import { type AppConfig, VERSION } from '../../config/index.js';
import { developmentLinks } from './development-links.js';
import { serveGrpc } from './serve-grpc.js';
import type { Beginning } from './lifetime.js';
import { ApiModule } from './api.module.js';
import { explainNoQueue, refuseQueues } from './queue-access.js';
import { ProcessModule, run, type Started } from './run.js';

const GRPC_SERVICES = [accountsProto.AccountsService, notificationsProto.NotificationsService];
const SUMMARY = 'Accounts, sign-in and notifications.';
/** Title and description of the OpenAPI documents. */
const ABOUT = {
  title: 'Gatehouse',
  description:
    `${SUMMARY} Errors are problem documents (RFC 9457) with a stable \`code\`. ` +
    'Rate limits apply per caller; the `RateLimit` header says how many requests are left.',
};

/** Starts an application that serves HTTP, with the given roles. */
export function serve(beginning: Beginning, ...roles: Type[]): Promise<Started> {
  return run(beginning, async (config, loggers) => {
    const app = await createServer(ProcessModule.forRoles(roles, config, loggers), config, loggers);
    // Applies migrations, and creates the first admin.
    await app.init();
    await serveGrpc(app, GRPC_SERVICES, config, loggers.log);
    await app.listen({ port: config.port, host: config.host });
    loggers.log.info({ url: config.publicUrl }, 'ready to serve');
    return app;
  });
}

/** Creates the configured HTTP application without listening, to be served or to generate the documents. */
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
  }).catch((error: unknown) => {
    throw explainNoQueue(error);
  });
  app.enableVersioning({ type: VersioningType.URI });
  requireAccessRules(app);
  refuseQueues(app, ApiModule);
  if (!options.preview) {
    setUpHttp(app);
    const documents = createApiDocuments(app, config);
    serveDocuments(app, documents);
    servePages(app, documents[LATEST_VERSION], {
      version: VERSION,
      description: SUMMARY,
      links: developmentLinks(config),
    });
  }
  return app;
}

/** The OpenAPI documents, the same in the checked-in files and on the running server except for its address. */
export function createApiDocuments(
  app: NestFastifyApplication,
  { publicUrl }: Pick<AppConfig, 'publicUrl'>,
): ReturnType<typeof createDocuments> {
  return createDocuments(app, { ...ABOUT, serverUrl: publicUrl });
}
