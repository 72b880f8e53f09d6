import { applyDecorators, type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkTo, perHandler } from '#libs/http';

interface Deprecation {
  /** When the operation was deprecated. */
  readonly since: Date;
  /** When it may stop working. */
  readonly sunset: Date;
  /** The path of the replacement. */
  readonly successor: string;
}

export interface DeprecationNotice {
  readonly headers: Readonly<Record<'Deprecation' | 'Sunset', string>>;
  readonly successor: string;
}

const Notice = Reflector.createDecorator<DeprecationNotice>();

/** Marks an operation as deprecated in the OpenAPI document and in every response (RFC 9745, RFC 8594, RFC 5829). */
export function Deprecated({ since, sunset, successor }: Deprecation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ deprecated: true }),
    Notice({
      headers: {
        Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
        Sunset: sunset.toUTCString(),
      },
      successor,
    }),
  );
}

export function deprecationOf(handler: object): DeprecationNotice | undefined {
  return Reflect.getMetadata(Notice.KEY, handler) as DeprecationNotice | undefined;
}

/** Adds the headers. Runs before the guards that may reject the request, so that every response has them. */
@Injectable()
export class DeprecationGuard implements CanActivate {
  private readonly noticeOf = perHandler(deprecationOf);

  canActivate(context: ExecutionContext): boolean {
    const notice = this.noticeOf(context);
    if (notice) {
      const http = context.switchToHttp();
      const { server } = http.getRequest<FastifyRequest>();
      void http.getResponse<FastifyReply>().headers({
        ...notice.headers,
        Link: `<${linkTo(server, notice.successor)}>; rel="successor-version"`,
      });
    }
    return true;
  }
}
