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
  unavailable,
  unsupportedMediaType,
  uriTooLong,
} from '#libs/problem';
import { PINO, reasonOf } from '#libs/telemetry';
import { HTTP_OPTIONS, type HttpOptions } from '../http.options.js';
import { MethodTable, sendProblem } from '#libs/http';
import { prefersPage, sendProblemPage } from '../pages/error.page.js';

const QUIET_MS = 1_000;

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
  private unreported = 0;
  private quietUntil = 0;

  constructor(
    @Inject(PINO) private readonly logger: Logger,
    private readonly methods: MethodTable,
    @Inject(HTTP_OPTIONS) private readonly options: HttpOptions,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // There's no one to answer, and it isn't our failure.
    if (hasLeft(request, error)) {
      return;
    }
    const problem = this.toProblem(error, request);
    this.report(problem, error);
    if (reply.sent) {
      return;
    }
    const send = prefersPage(request) ? sendProblemPage : sendProblem;
    void send(request, reply, problem, this.options.publicUrl);
  }

  /** Being unavailable isn't a bug: no stacks, and one line a second, however many requests fail. */
  private report({ code, definition, occurrence }: Problem, error: unknown): void {
    if (code === unavailable.code) {
      const now = performance.now();
      this.unreported += 1;
      if (now >= this.quietUntil) {
        this.logger.warn(
          { code, reason: reasonOf(occurrence.cause), requests: this.unreported },
          'requests failed',
        );
        this.unreported = 0;
        this.quietUntil = now + QUIET_MS;
      }
    } else if (definition.status >= 500) {
      this.logger.error({ err: occurrence.cause ?? error, code }, 'request failed');
    }
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

/** Whether the client closed the connection while sending the body, or while a response was streamed to it. */
function hasLeft({ raw }: FastifyRequest, error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return (raw.destroyed && !raw.complete) || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
