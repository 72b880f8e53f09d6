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

/** Problems for framework errors, which only have a status. */
const BY_STATUS: Readonly<Record<number, ProblemFactory>> = {
  400: malformedRequest,
  404: notFound,
  413: payloadTooLarge,
  414: uriTooLong,
  415: unsupportedMediaType,
  431: headersTooLarge,
};

/**
 * Converts every error to a problem document (RFC 9457). Unknown errors are logged, and the response reveals nothing.
 */
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
    // The client closed the connection while sending the body. There's no one to answer, and it isn't our failure.
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
      // For a method that the path doesn't support, the framework may report something else first: for QUERY, a missing
      // body.
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
