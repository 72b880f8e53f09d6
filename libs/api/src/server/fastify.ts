import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { expectationFailed, Problem, unsupportedMediaType } from '#libs/problem';
import { parseJsonBody } from '../input/json-body.js';
import { UnreadableBody } from '../input/unreadable-body.js';
import { problemDocument, unreadableRequestsAsProblems } from '#libs/http';

const JSON_TYPE = 'application/json';
const MERGE_PATCH_TYPE = 'application/merge-patch+json';
const BODY_LIMIT_BYTES = 100 * 1024;
const HEADERS_LIMIT_BYTES = 16 * 1024;
/** Longer than any id; a cursor stands in the query. */
const MAX_PARAM_LENGTH = 256;
/** A client that needs longer to send headers and body is broken or hostile (slow loris). */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle timeout of common balancers (60 s), so that it is they who close an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** What ids look like; anything else could forge log lines, or be an address that has no business in a log. */
const SANE_REQUEST_ID = /^[A-Za-z0-9._:=+/-]{1,128}$/;

export interface ServerOptions {
  readonly publicUrl: string;
  /** CIDRs of the proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** A Fastify that answers in problem documents from its first byte on. */
export function createFastifyAdapter({ publicUrl, trustedProxies }: ServerOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    return503OnClosing: false,
    // A missing Host is answered by a hook, since Node would answer it without a word.
    http: { maxHeaderSize: HEADERS_LIMIT_BYTES, requireHostHeader: false },
    genReqId: requestIdOf,
    ...unreadableRequestsAsProblems(publicUrl),
    skipMiddie: true,
  });
  const fastify = adapter.getInstance() as FastifyInstance;
  fastify.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID();
    const { headers, body } = problemDocument(expectationFailed(), { publicUrl, path: '/', requestId });
    response
      .writeHead(417, {
        ...headers,
        'Content-Length': Buffer.byteLength(body),
        'X-Request-Id': requestId,
        Connection: 'close',
      })
      .end(body);
  });
  fastify.removeAllContentTypeParsers();
  for (const mediaType of [JSON_TYPE, MERGE_PATCH_TYPE]) {
    fastify.addContentTypeParser<Buffer>(mediaType, { parseAs: 'buffer' }, (request, body, done) => {
      done(
        null,
        readOrExplain(() => {
          requireReadable(request, mediaType);
          return parseJsonBody(body);
        }),
      );
    });
  }
  fastify.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body.length === 0 ? undefined : new UnreadableBody(unsupportedMediaType()));
  });
  return adapter;
}

function readOrExplain(read: () => unknown): unknown {
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
 * A merge patch is for PATCH alone (RFC 5789), JSON is in UTF-8 (RFC 8259, section 8.1), and a compressed body is told which
 * codings are taken: none (RFC 9110, section 15.5.16).
 */
function requireReadable({ method, headers }: FastifyRequest, mediaType: string): void {
  if (!/^(identity)?$/i.test(headers['content-encoding']?.trim() ?? '')) {
    throw unsupportedMediaType({ headers: { 'Accept-Encoding': 'identity' } });
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset) || (mediaType === MERGE_PATCH_TYPE && method !== 'PATCH')) {
    throw unsupportedMediaType();
  }
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
}
