import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Loggers } from './logger.js';
import { currentTracing } from './tracing/traced.js';

/** The injection token of the process's pino logger, for structured logging. */
export const PINO = Symbol('pino');
/** The injection token of the access logger, which logs one line per request. */
export const ACCESS_LOG = Symbol('access log');

@Module({})
export class TelemetryModule implements OnApplicationShutdown {
  /** Provides the loggers and a Prometheus registry that includes Node's default metrics. */
  static forRoot({ log, access }: Loggers, role: string): DynamicModule {
    return {
      module: TelemetryModule,
      global: true,
      providers: [
        { provide: PINO, useValue: log },
        { provide: ACCESS_LOG, useValue: access },
        {
          provide: Registry,
          useFactory: () => {
            const registry = new Registry();
            registry.setDefaultLabels({ role });
            collectDefaultMetrics({ register: registry });
            return registry;
          },
        },
      ],
      exports: [PINO, ACCESS_LOG, Registry],
    };
  }

  /** Stops in the last hook: by then, requests, jobs and their spans have ended. */
  async onApplicationShutdown(): Promise<void> {
    await currentTracing()?.stop();
  }
}
