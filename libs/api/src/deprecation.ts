import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

interface Deprecation {
  /** When it was declared deprecated. */
  readonly since: Date;
  /** When it may stop to answer. */
  readonly sunset: Date;
  /** The path that takes its place. */
  readonly successor: string;
}

type DeprecationHeaders = Readonly<Record<'Deprecation' | 'Sunset' | 'Link', string>>;

const HEADERS = Symbol('deprecation headers');

/** Marks an operation that has a successor: in the document, and on every answer (RFC 9745, RFC 8594, RFC 5829). */
export function Deprecated({ since, sunset, successor }: Deprecation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ deprecated: true }),
    SetMetadata(HEADERS, {
      Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
      Sunset: sunset.toUTCString(),
      Link: `<${successor}>; rel="successor-version"`,
    } satisfies DeprecationHeaders),
  );
}

export function deprecationOf(handler: object): DeprecationHeaders | undefined {
  return Reflect.getMetadata(HEADERS, handler) as DeprecationHeaders | undefined;
}

/** Says so on the answer, whatever it will be: it runs before the guards that may refuse. */
@Injectable()
export class DeprecationGuard implements CanActivate {
  private readonly known = new WeakMap<object, DeprecationHeaders | undefined>();

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    if (!this.known.has(handler)) {
      this.known.set(handler, deprecationOf(handler));
    }
    const headers = this.known.get(handler);
    if (headers) {
      void context.switchToHttp().getResponse<FastifyReply>().headers(headers);
    }
    return true;
  }
}
