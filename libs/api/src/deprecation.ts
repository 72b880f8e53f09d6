import { applyDecorators, type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { perHandler } from '#libs/http';

interface Deprecation {
  /** When it was declared deprecated. */
  readonly since: Date;
  /** When it may stop to answer. */
  readonly sunset: Date;
  /** The path that takes its place. */
  readonly successor: string;
}

type DeprecationHeaders = Readonly<Record<'Deprecation' | 'Sunset' | 'Link', string>>;

const Headers = Reflector.createDecorator<DeprecationHeaders>();

/** Marks an operation that has a successor: in the document, and on every answer (RFC 9745, RFC 8594, RFC 5829). */
export function Deprecated({ since, sunset, successor }: Deprecation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ deprecated: true }),
    Headers({
      Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
      Sunset: sunset.toUTCString(),
      Link: `<${successor}>; rel="successor-version"`,
    }),
  );
}

export function deprecationOf(handler: object): DeprecationHeaders | undefined {
  return Reflect.getMetadata(Headers.KEY, handler) as DeprecationHeaders | undefined;
}

/** Says so on the answer, whatever it will be: it runs before the guards that may refuse. */
@Injectable()
export class DeprecationGuard implements CanActivate {
  private readonly headersOf = perHandler(deprecationOf);

  canActivate(context: ExecutionContext): boolean {
    const headers = this.headersOf(context);
    if (headers) {
      void context.switchToHttp().getResponse<FastifyReply>().headers(headers);
    }
    return true;
  }
}
