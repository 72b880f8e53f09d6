import type { FastifyRequest } from 'fastify';
import { currentLogContext, HANDLED } from '#libs/telemetry';

/** The request that is handled, if there's one. For what must know where a change comes from, such as an audit log. */
export function currentRequest(): FastifyRequest | undefined {
  return currentLogContext()?.[HANDLED] as FastifyRequest | undefined;
}
