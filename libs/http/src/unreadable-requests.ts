import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { headersTooLarge, malformedRequest, type Problem, requestTimeout, uriTooLong } from '#libs/problem';
import { problemDocument, sendProblem } from './problem-document.js';
import { securityHeadersFor } from './security-headers.js';

const RAW_PROBLEMS: Readonly<Record<string, () => Problem>> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: requestTimeout,
};

/** Fastify options for returning problem documents even for requests that don't reach a route. */
export function unreadableRequestsAsProblems(
  publicUrl: string,
): Required<Pick<FastifyServerOptions, 'clientErrorHandler' | 'frameworkErrors'>> {
  return {
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) =>
      respondRaw(error, socket, publicUrl),
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const problem = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? uriTooLong() : malformedRequest();
      void reply.headers(securityHeadersFor(publicUrl));
      void sendProblem(request, reply, problem, publicUrl);
    },
  };
}

/** Node's parser failed before there was a request, so the response is written by hand and the connection closed. */
function respondRaw(error: NodeJS.ErrnoException, socket: Socket, publicUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = RAW_PROBLEMS[error.code ?? '']?.() ?? malformedRequest();
  const requestId = randomUUID();
  const { headers, body } = problemDocument(problem, { publicUrl, path: '/', requestId });
  const { status, title } = problem.definition;
  const lines = Object.entries({
    ...headers,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    Connection: 'close',
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}
