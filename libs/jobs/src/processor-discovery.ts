import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type JobProcessor, Processes } from './job-processor.js';
import type { FoundProcessor } from './processor-lookup.js';

/** Finds the classes decorated with `@ProcessesJob` among all providers of the process. */
@Injectable()
export class ProcessorDiscovery {
  constructor(private readonly discovery: DiscoveryService) {}

  find(): FoundProcessor[] {
    const wrappers = this.discovery.getProviders({ metadataKey: Processes.KEY });
    return wrappers.flatMap((wrapper) => {
      const job = this.discovery.getMetadataByDecorator(Processes, wrapper);
      return job && wrapper.instance
        ? [
            {
              job,
              className: String(wrapper.name),
              moduleName: wrapper.host?.name ?? 'an unknown module',
              instance: wrapper.instance as JobProcessor,
            },
          ]
        : [];
    });
  }
}
