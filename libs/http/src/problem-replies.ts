import type { FastifyError, FastifyInstance } from 'fastify';
import { internalError, malformedRequest, Problem } from '#libs/problem';
import { MethodTable } from './method-table.js';
import { sendProblem } from './problem-document.js';

/** Makes a Fastify instance without Nest return problem documents, too. Call it before routes are added. */
export function replyWithProblems(fastify: FastifyInstance, publicUrl: string): void {
  const methods = new MethodTable();
  methods.watch(fastify);
  fastify.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, methods.problemOf(request.url), publicUrl),
  );
  fastify.setErrorHandler<FastifyError>((error, request, reply) =>
    sendProblem(request, reply, problemOf(error), publicUrl),
  );
}

function problemOf(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) {
    return error;
  }
  return (error.statusCode ?? 500) < 500 ? malformedRequest() : internalError({ cause: error });
}
