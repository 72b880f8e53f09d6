import {
  type DynamicModule,
  type INestApplicationContext,
  Module,
  type Type,
  VersioningType,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { createFastifyAdapter, serveDocuments, setUpHttp } from '#libs/http';
import {
  createLoggers,
  describeError,
  type Loggers,
  NestLogger,
  startTracing,
  TelemetryModule,
} from '#libs/telemetry';
import { AppConfig, BadEnvironment, ConfigModule, parseEnvironment, type Role } from '../config/index.js';
import { createApiDocuments } from './documents.js';
import { Lifecycle } from './health/index.js';

/** The root of a process: the composition roots of its roles on top of its configuration and logger. */
@Module({})
class ProcessModule {
  static forRoles(roles: readonly Type[], config: AppConfig, loggers: Loggers): DynamicModule {
    return {
      module: ProcessModule,
      imports: [ConfigModule.forRoot(config), TelemetryModule.forRoot(loggers, config.role), ...roles],
    };
  }
}

/** Runs a process that answers over HTTP, and whatever else `roles` hold. */
export function serve(role: Role, ...roles: Type[]): Promise<void> {
  return run(role, async (config, loggers) => {
    const app = await createServer(ProcessModule.forRoles(roles, config, loggers), config, loggers);
    await app.listen({ port: config.port, host: config.host });
    loggers.log.info({ url: config.publicUrl }, 'ready to serve');
    return app;
  });
}

/** Runs a process without a public port. */
export function work(role: Role, ...roles: Type[]): Promise<void> {
  return run(role, async (config, loggers) => {
    const root = ProcessModule.forRoles(roles, config, loggers);
    const app = await NestFactory.createApplicationContext(root, {
      logger: new NestLogger(loggers.log),
      abortOnError: false,
    });
    loggers.log.info('ready to work');
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

export function processModule(roles: readonly Type[], config: AppConfig, loggers: Loggers): DynamicModule {
  return ProcessModule.forRoles(roles, config, loggers);
}

async function run(
  role: Role,
  start: (config: AppConfig, loggers: Loggers) => Promise<INestApplicationContext>,
): Promise<void> {
  let loggers: Loggers | undefined;
  try {
    const config = parseEnvironment(process.env, role);
    loggers = createLoggers({
      level: config.logLevel,
      role,
      pretty: process.stdout.isTTY && !config.production,
    });
    await trace(config, loggers.log);
    const app = await start(config, loggers);
    app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
    app.get(Lifecycle).markStarted();
  } catch (error) {
    explain(error, loggers?.log);
    process.exitCode = 1;
    // What was opened before the failure would keep the process alive.
    setImmediate(() => process.exit());
  }
}

/** Before anything is built, since connections and hooks ask at their making whether they are to be traced. */
async function trace({ tracing, role }: AppConfig, log: Logger): Promise<void> {
  if (tracing) {
    await startTracing({
      ...tracing,
      serviceName: `gatehouse-${role}`,
      report: (isDown, reason) => {
        if (isDown) {
          log.warn({ reason }, 'the collector is not accepting spans; they are lost until it is back');
        } else {
          log.info('the collector is accepting spans again');
        }
      },
    });
  }
}

/** A person reads this at a terminal or in the log of a container that does not come up. */
function explain(error: unknown, logger: Logger | undefined): void {
  if (error instanceof BadEnvironment || !logger) {
    process.stderr.write(`${error instanceof BadEnvironment ? error.message : describeError(error).stack}\n`);
  } else {
    logger.fatal({ err: error }, 'startup failed');
  }
}
