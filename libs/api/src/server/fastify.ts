import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseJson } from '#libs/json';
import { Problem, unsupportedMediaType } from '#libs/problem';
import { acceptsForm, FORM_TYPE, parseFormBody } from '../input/form-body.js';
import { UnreadableBody } from '../input/unreadable-body.js';
import { acceptsStream, requireStreamSize, StreamedBody, streamedTypesOf } from '../input/streamed-body.js';
import { allowSlowBody, requestIdOf, serverOptions, type TlsFiles } from '#libs/http';

const JSON_TYPE = 'application/json';
const MERGE_PATCH_TYPE = 'application/merge-patch+json';
/** Browsers send it with empty bodies, too. */
const TEXT_TYPE = 'text/plain';
/** Files, which handlers read while they arrive. */
const STREAMED_TYPES = ['text/csv', 'application/x-ndjson', 'message/rfc822', TEXT_TYPE];
const BODY_LIMIT_BYTES = 100 * 1024;
/** Longer than any ID. Cursors are in the query. */
const MAX_PARAM_LENGTH = 256;

export interface ServerOptions {
  readonly publicUrl: string;
  /** CIDRs of the proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly tls?: TlsFiles | null;
}

/**
 * Creates a Fastify adapter that answers every error with a problem document, even for requests that can't be parsed.
 */
export function createFastifyAdapter({
  publicUrl,
  trustedProxies,
  corsOrigins,
  tls = null,
}: ServerOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    return503OnClosing: false,
    genReqId: requestIdOf,
    ...serverOptions({ publicUrl, corsOrigins }, tls),
    skipMiddie: true,
  });
  const fastify = adapter.getInstance() as FastifyInstance;
  fastify.removeAllContentTypeParsers();
  for (const mediaType of [JSON_TYPE, MERGE_PATCH_TYPE]) {
    fastify.addContentTypeParser<Buffer>(mediaType, { parseAs: 'buffer' }, (request, body, done) => {
      done(
        null,
        readOrDefer(() => {
          requireReadable(request, mediaType);
          return parseJson(body);
        }),
      );
    });
  }
  fastify.addContentTypeParser<Buffer>(FORM_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    done(null, acceptsForm(request) ? parseFormBody(body) : unreadable(request, body));
  });
  for (const mediaType of STREAMED_TYPES) {
    fastify.addContentTypeParser(mediaType, (request, payload, done) => {
      done(
        null,
        readOrDefer(() => {
          if (isEmptyText(request, mediaType)) {
            return undefined;
          }
          requireReadable(request, mediaType);
          return streamOf(request, payload, mediaType);
        }),
      );
    });
  }
  fastify.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, body, done) => {
    done(null, unreadable(request, body));
  });
  return adapter;
}

/** Not a file, and nothing else either. */
function isEmptyText(request: FastifyRequest, mediaType: string): boolean {
  const isEmpty = mediaType === TEXT_TYPE && request.headers['content-length'] === '0';
  return isEmpty && !acceptsStream(request, mediaType);
}

/** The rest of the request has to arrive in `UPLOAD_TIMEOUT_MS`. */
function streamOf(request: FastifyRequest, payload: IncomingMessage, mediaType: string): StreamedBody {
  if (!acceptsStream(request, mediaType)) {
    throw unsupportedMediaTypeOf(request);
  }
  requireStreamSize(request);
  allowSlowBody(request.raw);
  return StreamedBody.of(request, payload, mediaType);
}

function unreadable(request: FastifyRequest, body: Buffer): UnreadableBody | undefined {
  return body.length === 0 ? undefined : new UnreadableBody(unsupportedMediaTypeOf(request));
}

function readOrDefer(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem) {
      return new UnreadableBody(error);
    }
    throw error;
  }
}

/**
 * Merge patches are only for PATCH (RFC 5789), JSON must be UTF-8 (RFC 8259, section 8.1), and compressed bodies are
 * rejected with the accepted codings, which is none (RFC 9110, section 15.5.16).
 */
function requireReadable(request: FastifyRequest, mediaType: string): void {
  const { method, headers } = request;
  if (!/^(identity)?$/i.test(headers['content-encoding']?.trim() ?? '')) {
    throw unsupportedMediaType({ headers: { 'Accept-Encoding': 'identity' } });
  }
  if (streamedTypesOf(request) && !acceptsStream(request, mediaType)) {
    throw unsupportedMediaTypeOf(request);
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset) || (mediaType === MERGE_PATCH_TYPE && method !== 'PATCH')) {
    throw unsupportedMediaTypeOf(request);
  }
}

/** RFC 5789, section 2.2. */
function unsupportedMediaTypeOf(request: FastifyRequest): Problem {
  const files = streamedTypesOf(request);
  if (files) {
    return unsupportedMediaType({
      detail: `Send the file as ${files.join(' or ')}, in UTF-8 and uncompressed.`,
    });
  }
  return unsupportedMediaType(
    request.method === 'PATCH' ? { headers: { 'Accept-Patch': `${MERGE_PATCH_TYPE}, ${JSON_TYPE}` } } : {},
  );
}
