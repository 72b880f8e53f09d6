import type { FastifyReply } from 'fastify';
import { type Conditions, etagOf, responseHeaders } from '#libs/api';
import type { Profile } from './profile.js';
import { toUserResponse, type UserResponse } from './users.dto.js';

export const ETAG_HEADER = { headers: responseHeaders('ETag') };

/** Browsers may keep the profile, but must ask each time whether it is still the current one. */
const CACHE_CONTROL = 'private, no-cache';

/** Returns the profile with its `ETag`. */
export function present(profile: Profile, reply: FastifyReply): UserResponse {
  void reply.header('ETag', etagOf(profile)).header('Cache-Control', CACHE_CONTROL);
  return toUserResponse(profile);
}

/**
 * Returns the profile, or a 304 if the client already has this version.
 * @throws Problem `precondition-failed`
 */
export function presentUnlessKnown(
  profile: Profile,
  conditions: Conditions,
  reply: FastifyReply,
): UserResponse | undefined {
  if (!conditions.isNotModified(etagOf(profile))) {
    return present(profile, reply);
  }
  present(profile, reply);
  void reply.status(304);
  return undefined;
}
