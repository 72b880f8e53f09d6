import { Injectable } from '@nestjs/common';
import { ReplicaChannel, ReplicatedCache } from '#libs/redis';
import type { Profile } from './profile.js';

/** The topic of changes of accounts. */
export const PROFILE_TOPIC = 'profile';
const MAX_ENTRIES = 10_000;
const MAX_AGE_MS = 30_000;

/** Caches profiles by user ID. */
@Injectable()
export class ProfileCache extends ReplicatedCache<Profile> {
  constructor(channel: ReplicaChannel) {
    super(channel, { topic: PROFILE_TOPIC, maxEntries: MAX_ENTRIES, maxAgeMs: MAX_AGE_MS });
  }
}
