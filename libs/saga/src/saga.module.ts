import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { type Job, type JobContext, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';
import { SagaMetrics } from './saga-metrics.js';
import { SagaTimers } from './saga-timers.js';

/** For the process that lets a service's sagas go on when they're due, and has their metrics. */
@Module({})
export class SagaModule {
  /** @param job periodic. How late a saga goes on is at most its period */
  static forJob(job: Job<Tick>): DynamicModule {
    return {
      module: SagaModule,
      imports: [DiscoveryModule],
      providers: [SagaTimers, SagaMetrics, timersProcessor(job)],
    };
  }
}

function timersProcessor(job: Job<Tick>): Type<JobProcessor<Tick>> {
  @ProcessesJob(job)
  class SagaTimersProcessor implements JobProcessor<Tick> {
    constructor(private readonly timers: SagaTimers) {}

    async process(_tick: Tick, { signal }: JobContext): Promise<void> {
      await this.timers.run(signal);
    }
  }
  return SagaTimersProcessor;
}
