import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Loggers } from './logger.js';
import { currentTracing } from './tracing/traced.js';

/** The injection token of the process's pino logger, for code that logs members rather than sentences. */
export const PINO = Symbol('pino');
/** The injection token of the logger for the one line of each request. */
export const ACCESS_LOG = Symbol('access log');

@Module({})
export class TelemetryModule implements OnApplicationShutdown {
  /** Provides the loggers and one Prometheus registry, with Node's own metrics in it. */
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

  /** In the last hook: requests and jobs have ended by now, and their spans with them. */
  async onApplicationShutdown(): Promise<void> {
    await currentTracing()?.stop();
  }
}
