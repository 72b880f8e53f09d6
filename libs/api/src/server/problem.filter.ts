import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import {
  headersTooLarge,
  internalError,
  malformedRequest,
  notFound,
  payloadTooLarge,
  Problem,
  type ProblemFactory,
  unsupportedMediaType,
  uriTooLong,
} from '#libs/problem';
import { PINO } from '#libs/telemetry';
import { HTTP_OPTIONS, type HttpOptions } from '../http.options.js';
import { MethodTable, sendProblem } from '#libs/http';

/** What the framework answers by status alone. */
const BY_STATUS: Readonly<Record<number, ProblemFactory>> = {
  400: malformedRequest,
  404: notFound,
  413: payloadTooLarge,
  414: uriTooLong,
  415: unsupportedMediaType,
  431: headersTooLarge,
};

/** Turns every error into a problem document (RFC 9457). What is not a known problem is logged and tells nothing. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(PINO) private readonly logger: Logger,
    private readonly methods: MethodTable,
    @Inject(HTTP_OPTIONS) private readonly options: HttpOptions,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // Whoever hung up in the middle of a body gets no answer, and is no failure of ours.
    if (request.raw.destroyed && !request.raw.complete) {
      return;
    }
    const problem = this.toProblem(error, request);
    if (problem.definition.status >= 500) {
      this.logger.error({ err: problem.occurrence.cause ?? error, code: problem.code }, 'request failed');
    }
    if (reply.sent) {
      return;
    }
    void sendProblem(request, reply, problem, this.options.publicUrl);
  }

  private toProblem(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof Problem) {
      return error;
    }
    if (error instanceof HttpException) {
      // Of a method that the path has not, the framework may say something else: QUERY misses a body first.
      if (error.getStatus() === 404 || !this.methods.has(request.method, request.url)) {
        return this.methods.problemOf(request.url);
      }
      const factory = BY_STATUS[error.getStatus()];
      if (factory) {
        return factory();
      }
    }
    return internalError({ cause: error });
  }
}
