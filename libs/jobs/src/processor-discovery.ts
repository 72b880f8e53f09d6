import { Injectable } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { type JobProcessor, PROCESSES_JOB } from './job-processor.js';
import type { FoundProcessor } from './processor-lookup.js';

/** Finds the classes decorated with `@ProcessesJob` among all providers of the process. */
@Injectable()
export class ProcessorDiscovery {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  find(): FoundProcessor[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      const { metatype, instance, host, isAlias } = wrapper;
      const job =
        metatype && instance && !isAlias
          ? this.reflector.get<string | undefined>(PROCESSES_JOB, metatype)
          : undefined;
      return job === undefined
        ? []
        : [
            {
              job,
              className: String(wrapper.name),
              moduleName: host?.name ?? 'an unknown module',
              instance: instance as JobProcessor,
            },
          ];
    });
  }
}
