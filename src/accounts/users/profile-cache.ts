import { Injectable } from '@nestjs/common';
import { ReplicaChannel, ReplicatedCache } from '#libs/redis';
import type { UserResponse } from './users.dto.js';

export interface VersionedProfile {
  readonly version: number;
  readonly profile: UserResponse;
}

const MAX_ENTRIES = 10_000;
const MAX_AGE_MS = 30_000;

/** Profiles by user id. */
@Injectable()
export class ProfileCache extends ReplicatedCache<VersionedProfile> {
  constructor(channel: ReplicaChannel) {
    super(channel, { topic: 'profile', maxEntries: MAX_ENTRIES, maxAgeMs: MAX_AGE_MS });
  }
}
