import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DatabaseModule, type Schema } from '#libs/database';
import { type JobContext, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';
import { MessagingModule } from '#libs/messaging';
import type { KeyRotation, RotateKeys } from './define-key-rotation.js';
import { KeyRotationMetrics } from './key-rotation-metrics.js';
import { KeyRotationRuns } from './key-rotation-runs.js';
import { KeyRotationModule } from './key-rotation.module.js';
import { KeyRotations } from './key-rotations.js';
import { KeyUsage } from './key-usage.js';

/** Shared by all services of a process, because a registry accepts each metric name only once. */
@Module({ providers: [KeyRotationMetrics], exports: [KeyRotationMetrics] })
class KeyRotationMetricsModule {}

/** For the process that runs a service's jobs: rotates its keys. */
@Module({})
export class KeyRotationJobsModule {
  static forService(keys: KeyRotation, schema: Schema): DynamicModule {
    return {
      module: KeyRotationJobsModule,
      imports: [
        DatabaseModule.forFeature(schema),
        KeyRotationMetricsModule,
        KeyRotationModule.forService(keys, schema),
        MessagingModule.forSchema(schema),
      ],
      providers: [KeyRotationRuns, rotationProcessor(keys), countProcessor(keys, schema)],
    };
  }
}

function rotationProcessor({ task }: KeyRotation): Type<JobProcessor<RotateKeys>> {
  @ProcessesJob(task.job)
  class RotateKeysProcessor implements JobProcessor<RotateKeys> {
    constructor(private readonly runs: KeyRotationRuns) {}

    async process({ rotationId }: RotateKeys, { signal }: JobContext): Promise<void> {
      await this.runs.run(rotationId, signal);
    }
  }
  return RotateKeysProcessor;
}

function countProcessor({ count }: KeyRotation, { name }: Schema): Type<JobProcessor<Tick>> {
  @ProcessesJob(count)
  class CountKeysProcessor implements JobProcessor<Tick> {
    constructor(
      private readonly usage: KeyUsage,
      rotations: KeyRotations,
      metrics: KeyRotationMetrics,
    ) {
      metrics.watch(name, { usage, rotations });
    }

    async process(): Promise<void> {
      await this.usage.count();
    }
  }
  return CountKeysProcessor;
}
