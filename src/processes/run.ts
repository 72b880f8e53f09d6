import { type DynamicModule, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import type { Logger } from 'pino';
import { createLoggers, describeError, type Loggers, startTracing, TelemetryModule } from '#libs/telemetry';
import { AppConfig, BadEnvironment, ConfigModule, parseEnvironment, type Role } from '../../config/index.js';
import { Lifecycle } from '../operations/health/index.js';

/** The root module of a process: the composition roots of its roles, with configuration and logger. */
@Module({})
export class ProcessModule {
  static forRoles(roles: readonly Type[], config: AppConfig, loggers: Loggers): DynamicModule {
    return {
      module: ProcessModule,
      imports: [ConfigModule.forRoot(config), TelemetryModule.forRoot(loggers, config.role), ...roles],
    };
  }
}

/**
 * Parses the environment, sets up logging and tracing, starts the application, and shuts it down on SIGTERM or SIGINT.
 */
export async function run(
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
    // Anything opened before the failure would keep the process alive.
    setImmediate(() => process.exit());
  }
}

/** Must run before anything is created, because connections and hooks check at creation whether tracing is enabled. */
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

/** People read this at a terminal, or in the log of a container that doesn't start. */
function explain(error: unknown, logger: Logger | undefined): void {
  if (error instanceof BadEnvironment || !logger) {
    process.stderr.write(`${error instanceof BadEnvironment ? error.message : describeError(error).stack}\n`);
  } else {
    logger.fatal({ err: error }, 'startup failed');
  }
}
