import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { internalError, malformedRequest, type Problem } from '#libs/problem';
import { MethodTable } from './method-table.js';
import { problemDocument } from './problem-document.js';

/** Makes a Fastify without Nest answer in problem documents, too. To be called before its routes are added. */
export function answerInProblems(fastify: FastifyInstance, publicUrl: string): void {
  const methods = new MethodTable();
  methods.watch(fastify);
  const answer = (request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const { headers, body } = problemDocument(problem, { publicUrl, path, requestId: request.id });
    return reply
      .status(problem.definition.status)
      .headers(headers)
      .header('X-Request-Id', request.id)
      .send(body);
  };
  fastify.setNotFoundHandler((request, reply) => answer(request, reply, methods.problemOf(request.url)));
  fastify.setErrorHandler<FastifyError>((error, request, reply) =>
    answer(
      request,
      reply,
      (error.statusCode ?? 500) < 500 ? malformedRequest() : internalError({ cause: error }),
    ),
  );
}
