import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type JobTracker, type TrackedJob, Tracks } from '#libs/jobs';

/** Finds jobs among those of all features. */
@Injectable()
export class JobsService {
  constructor(private readonly discovery: DiscoveryService) {}

  async find(id: string): Promise<TrackedJob | null> {
    const trackers = this.discovery
      .getProviders({ metadataKey: Tracks.KEY })
      .filter(({ isAlias }) => !isAlias);
    const found = await Promise.all(trackers.map(({ instance }) => (instance as JobTracker).find(id)));
    return found.find((job) => job !== null) ?? null;
  }
}
