import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { malformedRequest, payloadTooLarge } from '#libs/problem';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `AcceptsStream`. */
    streams?: StreamOptions;
  }
}

interface StreamOptions {
  readonly mediaTypes: readonly string[];
  /** A larger body is refused before it arrives, if its length is known. Whoever reads it has to count the others. */
  readonly maxBytes: number;
  /** Headers that say how to read the body: the same body with others is another request. */
  readonly headers?: readonly string[];
}

/** The body is a file of one of these types, which the handler reads while it arrives. Its parameter is a `StreamedBody`. */
export function AcceptsStream(options: StreamOptions & { readonly description: string }): MethodDecorator {
  const { mediaTypes, description } = options;
  return applyDecorators(
    RouteConfig({ streams: options }),
    ApiConsumes(...mediaTypes),
    ApiBody({ description, schema: { type: 'string' } }),
  );
}

/** @throws Problem `payload-too-large` */
export function requireStreamSize({ headers, routeOptions }: FastifyRequest): void {
  const { maxBytes = Infinity } = routeOptions.config.streams ?? {};
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    throw payloadTooLarge({
      detail: `A file can have at most ${maxBytes / 1024 / 1024} MB. Split it into several.`,
    });
  }
}

/** @returns the media types of files, or undefined if the operation takes none */
export function streamedTypesOf({ routeOptions }: FastifyRequest): readonly string[] | undefined {
  return routeOptions.config.streams?.mediaTypes;
}

export function acceptsStream({ routeOptions }: FastifyRequest, mediaType: string): boolean {
  return routeOptions.config.streams?.mediaTypes.includes(mediaType) === true;
}

/** A body that's still arriving. Can be read once. */
export class StreamedBody {
  private readonly hash = createHash('sha256');

  constructor(
    private readonly source: Readable,
    readonly mediaType: string,
    /** What tells requests apart, besides the content. */
    readonly description: object,
  ) {}

  static of(request: FastifyRequest, source: Readable, mediaType: string): StreamedBody {
    const { headers = [] } = request.routeOptions.config.streams ?? {};
    const given = headers.map((name) => request.headers[name] ?? null);
    return new StreamedBody(source, mediaType, [mediaType, request.query, ...given]);
  }

  /** Whoever stops reading can still respond. @throws Problem `malformed-request` if the client has gone away */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    const chunks = this.source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    try {
      for await (const chunk of chunks) {
        this.hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      throw malformedRequest({ detail: 'The body ended too early.', cause: error });
    }
  }

  /** The SHA-256 of what has been read. */
  digest(): string {
    return this.hash.copy().digest('base64url');
  }

  /** Reads what is left, without keeping it. @returns the digest */
  async skip(): Promise<string> {
    for await (const _ of this) {
      // Only for the digest.
    }
    return this.digest();
  }
}
