import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';

interface Deprecation {
  /** When it was declared deprecated. */
  readonly since: Date;
  /** When it may stop to answer. */
  readonly sunset: Date;
  /** The path that takes its place. */
  readonly successor: string;
}

/** Marks an operation that has a successor: in the document, and on every answer (RFC 9745, RFC 8594, RFC 5829). */
export function Deprecated(deprecation: Deprecation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ deprecated: true }),
    UseInterceptors(new DeprecationInterceptor(deprecation)),
  );
}

class DeprecationInterceptor implements NestInterceptor {
  private readonly headers: Record<string, string>;

  constructor({ since, sunset, successor }: Deprecation) {
    this.headers = {
      Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
      Sunset: sunset.toUTCString(),
      Link: `<${successor}>; rel="successor-version"`,
    };
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    void context.switchToHttp().getResponse<FastifyReply>().headers(this.headers);
    return next.handle();
  }
}
