import type { INestApplication } from '@nestjs/common';
import { type ApiVersion, createDocuments } from '#libs/http';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI documents of this application, the same in the files that are checked in and on the running server. */
export function createApiDocuments(app: INestApplication): Record<ApiVersion, OpenAPIObject> {
  return createDocuments(app, {
    title: 'Gatehouse',
    description:
      'Accounts, sign-in and notifications. Errors are problem documents (RFC 9457) with a stable `code`. ' +
      'Rate limits apply per caller; the `RateLimit` header says how many requests are left.',
    tags: {
      auth: 'Sign up, sign in, sign out and verify email addresses',
      sessions: 'See where you are signed in and sign out devices',
      users: 'Manage your profile and look up users',
      keys: 'Public keys and metadata for verifying access tokens',
      health: 'Health probes',
    },
  });
}
