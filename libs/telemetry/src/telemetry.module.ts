import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** The injection token of the process's pino logger, for code that logs members rather than sentences. */
export const PINO = Symbol('pino');

@Module({})
export class TelemetryModule {
  /** Provides the logger and one Prometheus registry, with Node's own metrics in it. */
  static forRoot(logger: Logger, role: string): DynamicModule {
    return {
      module: TelemetryModule,
      global: true,
      providers: [
        { provide: PINO, useValue: logger },
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
      exports: [PINO, Registry],
    };
  }
}
