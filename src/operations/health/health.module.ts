import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Degradations, Drain } from '#libs/lifecycle';
import { AppConfig } from '../../../config/index.js';
import { BuildMetrics } from './build-metrics.js';
import { EventLoop } from './event-loop.js';
import { HealthService } from './health.service.js';
import { Lifecycle } from './lifecycle.js';
import { PoolMetrics } from './pool-metrics.js';
import { Probes } from './probes.js';
import { ReadinessMetrics } from './readiness-metrics.js';

/** For every role: probes and metrics on the management port, and graceful shutdown. */
@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  providers: [
    {
      provide: Drain,
      inject: [AppConfig],
      useFactory: ({ drainSeconds }: AppConfig) => new Drain(drainSeconds),
    },
    BuildMetrics,
    Degradations,
    EventLoop,
    HealthService,
    Lifecycle,
    PoolMetrics,
    Probes,
    ReadinessMetrics,
  ],
  exports: [Degradations, Drain, HealthService, Lifecycle],
})
export class HealthModule {}
