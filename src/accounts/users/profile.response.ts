import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { etagOf, isNotModified } from '#libs/api';
import type { Profile } from './profile.js';
import { toUserResponse, type UserResponse } from './users.dto.js';

export const ETAG_HEADER = {
  headers: {
    ETag: {
      description: 'The version of the profile, for `If-Match` and `If-None-Match`.',
      schema: { type: 'string' as const },
    },
  },
};

/** The response to a matching `If-None-Match` (RFC 9110, section 13.1.2). */
export const ApiNotModifiedResponse = (): MethodDecorator =>
  ApiResponse({ status: 304, description: 'You already have the current version.' });

/** Returns the profile with its `ETag`, or a 304 if the client already has this version. */
export function present(
  profile: Profile,
  ifNoneMatch: string | undefined,
  reply: FastifyReply,
): UserResponse | undefined {
  void reply.header('ETag', etagOf(profile.version));
  if (isNotModified(ifNoneMatch, profile.version)) {
    void reply.status(304);
    return undefined;
  }
  return toUserResponse(profile);
}
