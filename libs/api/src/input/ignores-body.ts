import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `IgnoresBody`. */
    ignoresBody?: boolean;
  }
}

/** The body means nothing, so it may be of any type: whoever sends it follows a standard that says so. */
export function IgnoresBody(): MethodDecorator {
  return RouteConfig({ ignoresBody: true });
}

export function ignoresBody({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.ignoresBody === true;
}
