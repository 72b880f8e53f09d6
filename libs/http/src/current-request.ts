import type { FastifyRequest } from 'fastify';
import { currentLogContext, type LogContext } from '#libs/telemetry';

/** Beside the context instead of in it, so that no log line has the request. */
const requests = new WeakMap<LogContext, FastifyRequest>();

/** Makes `request` the current one of everything that runs in the context. */
export function bindRequest(context: LogContext, request: FastifyRequest): void {
  requests.set(context, request);
}

/** The request that is handled, if there's one. For what must know where a change comes from, such as an audit log. */
export function currentRequest(): FastifyRequest | undefined {
  const context = currentLogContext();
  return context && requests.get(context);
}
