import type { INestApplication } from '@nestjs/common';
import { type ApiVersion, createDocuments } from '#libs/api';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI documents of this application, the same in the files that are checked in and on the running server. */
export function createApiDocuments(app: INestApplication): Record<ApiVersion, OpenAPIObject> {
  return createDocuments(app, {
    title: 'Gatehouse',
    description:
      'Accounts, sign-in and notifications. Errors are problem documents (RFC 9457) with a stable `code`; ' +
      'requests are limited by caller, and every answer tells what is left.',
    tags: {
      auth: 'Opening accounts, signing in and out, proving addresses',
      sessions: 'The devices that are signed in',
      users: 'Profiles, and the administration of users',
      keys: 'What gateways and other services verify access tokens with',
      health: 'Probes',
    },
  });
}
