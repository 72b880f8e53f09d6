import type { FastifyReply, FastifyRequest } from 'fastify';
import { detailOf, type Problem } from '#libs/problem';
import { mountPathOf, publicUrlOf } from './public-url.js';

interface RequestInfo {
  readonly publicUrl: string;
  readonly path: string;
  /** The path of the outside world that leads to the server's root, if not that of `publicUrl`. */
  readonly mountPath?: string | undefined;
  readonly requestId: string;
}

/** RFC 9457: the problem as a document, and the headers to send with it. */
export function problemDocument(
  problem: Problem,
  { publicUrl, path, mountPath = mountPathOf(publicUrl), requestId }: RequestInfo,
): { headers: Record<string, string | string[]>; body: string } {
  const { code, definition, occurrence } = problem;
  const errors = occurrence.errors ?? (definition.field && [{ ...definition.field, code }]);
  return {
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      // RFC 9110, section 15.5.2: a 401 says how to authenticate.
      ...(definition.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...occurrence.headers,
    },
    body: JSON.stringify({
      type: publicUrlOf(publicUrl, `/problems/${code}`),
      title: definition.title,
      status: definition.status,
      detail: occurrence.detail ?? detailOf(definition),
      instance: `${mountPath}${path}`,
      code,
      requestId,
      ...(errors ? { errors } : {}),
      ...occurrence.members,
    }),
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem that is the response, if it's one. */
    problemCode: string | undefined;
  }
}

/** Sends the problem as the response. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  publicUrl: string,
): FastifyReply {
  const { status, headers, body } = problemReply(request, problem, publicUrl);
  return reply.status(status).headers(headers).send(body);
}

/** The response to a request that fails with the problem, which the access log will name. */
export function problemReply(
  request: FastifyRequest,
  problem: Problem,
  publicUrl: string,
): ReturnType<typeof problemDocument> & { readonly status: number } {
  const { url, id: requestId, server } = request;
  request.problemCode = problem.code;
  const path = url.split('?', 1)[0] ?? '/';
  const { mountPath } = server;
  const { headers, body } = problemDocument(problem, { publicUrl, path, mountPath, requestId });
  return { status: problem.definition.status, headers: { ...headers, 'X-Request-Id': requestId }, body };
}
