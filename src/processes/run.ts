import { type DynamicModule, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import type { Logger } from 'pino';
import { loadedJobs } from '#libs/jobs';
import { type Loggers, startTracing, TelemetryModule } from '#libs/telemetry';
import { AppConfig, ConfigModule } from '../../config/index.js';
import { Lifecycle } from '../operations/health/index.js';
import { requireRunners } from './job-roles.js';
import type { Beginning } from './lifetime.js';

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

/** A running application. */
export type Started = Pick<INestApplicationContext, 'get' | 'close'>;

/** Sets up tracing and starts the application. Resolves once it's ready. */
export async function run(
  { config, loggers, waitFor }: Beginning,
  start: (config: AppConfig, loggers: Loggers) => Promise<Started>,
): Promise<Started> {
  requireRunners(loadedJobs());
  await trace(config, loggers.log);
  waitFor('PostgreSQL, its migrations, or Redis');
  const app = await start(config, loggers);
  app.get(Lifecycle).markStarted();
  return app;
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
