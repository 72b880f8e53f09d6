import { type DynamicModule, Logger, Module, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { type Job, type JobContext, type JobProcessor, ProcessesJob, type Tick } from '#libs/jobs';
import { type Purge, RunBy } from './purge.js';

/** Runs every `Purge` in this process that is marked with the job. */
@Module({})
export class PurgeModule {
  static forJob(job: Job<Tick>): DynamicModule {
    return { module: PurgeModule, imports: [DiscoveryModule], providers: [purgeProcessor(job)] };
  }
}

function purgeProcessor(job: Job<Tick>): Type<JobProcessor<Tick>> {
  @ProcessesJob(job)
  class PurgeProcessor implements JobProcessor<Tick> {
    private readonly logger = new Logger(`Purge(${job.name})`);

    constructor(private readonly discovery: DiscoveryService) {}

    /** Runs purges one at a time. If one fails, the others still run and the job is retried. */
    async process(_tick: Tick, { signal }: JobContext): Promise<void> {
      const failures: unknown[] = [];
      for (const { name, purge } of this.find()) {
        try {
          const removed = await purge.purge(signal);
          if (removed > 0) {
            this.logger.log(`${name}: ${removed} removed`);
          }
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) {
        throw failures[0];
      }
    }

    private find(): { name: string; purge: Purge }[] {
      return this.discovery
        .getProviders({ metadataKey: RunBy.KEY })
        .filter(
          (wrapper) => this.discovery.getMetadataByDecorator(RunBy, wrapper) === job && !wrapper.isAlias,
        )
        .map((wrapper) => ({ name: String(wrapper.name), purge: wrapper.instance as Purge }));
    }
  }
  return PurgeProcessor;
}
