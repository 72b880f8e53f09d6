import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type JobTracker, Tracks } from '#libs/jobs';

/** The trackers of all features. */
@Injectable()
export class JobTrackers {
  constructor(private readonly discovery: DiscoveryService) {}

  all(): JobTracker[] {
    return this.discovery
      .getProviders({ metadataKey: Tracks.KEY })
      .filter(({ isAlias }) => !isAlias)
      .map(({ instance }) => instance as JobTracker);
  }
}
