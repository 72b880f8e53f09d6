import { applyDecorators, type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { perHandler } from '#libs/http';

interface Deprecation {
  /** When the operation was deprecated. */
  readonly since: Date;
  /** When it may stop working. */
  readonly sunset: Date;
  /** The path of the replacement. */
  readonly successor: string;
}

type DeprecationHeaders = Readonly<Record<'Deprecation' | 'Sunset' | 'Link', string>>;

const Headers = Reflector.createDecorator<DeprecationHeaders>();

/** Marks an operation as deprecated in the OpenAPI document and in every response (RFC 9745, RFC 8594, RFC 5829). */
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

/** Adds the headers. Runs before the guards that may reject the request, so that every response has them. */
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
