import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import {
  expectationFailed,
  headersTooLarge,
  malformedRequest,
  methodNotAllowed,
  type Problem,
  requestTimeout,
  uriTooLong,
} from '#libs/problem';
import { limitBody } from './body-deadlines.js';
import { Pipeline } from './pipeline.js';
import { sendProblem } from './problem-document.js';
import { type RefusalOptions, Refusals } from './refusals.js';
import { problemOfHead } from './request-head.js';
import { createTlsServer, type TlsFiles } from './tls.js';
import { cutUnreadResponses } from './unread-responses.js';

/** A client that takes longer to send headers, and as long again to send a body, is broken or hostile (slow loris). */
const REQUEST_TIMEOUT_MS = 30_000;
/** How long a file may take to arrive, where a route accepts one. */
export const UPLOAD_TIMEOUT_MS = 600_000;
const CHECK_INTERVAL_MS = 1_000;
/** Longer than the idle timeout of common load balancers (60 s), so that they close idle connections, not us. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const HEADERS_LIMIT_BYTES = 16 * 1024;

const BY_PARSER_CODE: Readonly<Record<string, () => Problem>> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: requestTimeout,
};

/**
 * Fastify options for a server, with TLS if there are files for it, on which no connection can hold memory or stay incomplete without bound, and which
 * returns problem documents even for requests that don't reach a route.
 */
export function serverOptions(
  options: RefusalOptions,
  tls: TlsFiles | null = null,
): Required<Pick<FastifyServerOptions, 'serverFactory' | 'clientErrorHandler' | 'frameworkErrors'>> {
  const refusals = new Refusals(options);
  return {
    serverFactory: (handler) => {
      const settings = {
        maxHeaderSize: HEADERS_LIMIT_BYTES,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        // For headers and body together. `limitBody` cuts most bodies long before.
        requestTimeout: UPLOAD_TIMEOUT_MS,
        // Node checks both only at this interval.
        connectionsCheckingInterval: CHECK_INTERVAL_MS,
        // We check it, because Node would send an empty response.
        requireHostHeader: false,
      };
      const server = tls ? createTlsServer(settings, tls) : createServer(settings);
      const pipeline = new Pipeline();
      answer(server, handler, pipeline, refusals);
      server.on('clientError', (error, socket: Socket) => answerError(error, socket, pipeline, refusals));
      server.on('connect', (_request, socket: Socket) =>
        endAfterLast(socket, notATunnel(), pipeline.lastOf(socket), refusals),
      );
      cutUnreadResponses(server);
      return server;
    },
    // Fastify adds its handler only to the first of the servers that it creates for `localhost`.
    clientErrorHandler: () => undefined,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const problem = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? uriTooLong() : malformedRequest();
      void reply.headers(refusals.headersFor(request.raw));
      void sendProblem(request, reply, problem, options.publicUrl);
    },
  };
}

function answer(
  server: Server | TlsServer,
  handler: RequestListener,
  pipeline: Pipeline,
  refusals: Refusals,
): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    limitBody(request, REQUEST_TIMEOUT_MS, () => {
      const error = Object.assign(new Error('the body is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      answerError(error, request.socket, pipeline, refusals);
    });
    pipeline.take(request.socket, response, () => {
      const problem = problemOfHead(request);
      if (request.headers.upgrade !== undefined) {
        // We don't switch protocols, and Node drops what was sent together with such a request.
        response.shouldKeepAlive = false;
      }
      if (problem) {
        refusals.send(request, response, problem);
      } else {
        handler(request, response);
      }
    });
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    pipeline.take(request.socket, response, () =>
      refusals.send(request, response, problemOfHead(request) ?? expectationFailed()),
    ),
  );
}

/** Node's parser failed, or the request took too long. */
function answerError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  pipeline: Pipeline,
  refusals: Refusals,
): void {
  // Nothing can be sent before there's a TLS connection.
  if (error.code === 'ECONNRESET' || !socket.writable || /^ERR_(SSL|TLS)_/.test(error.code ?? '')) {
    socket.destroy();
    return;
  }
  const problem = BY_PARSER_CODE[error.code ?? '']?.() ?? malformedRequest();
  const last = pipeline.lastOf(socket);
  if (!last || last.req.complete) {
    endAfterLast(socket, problem, last, refusals);
  } else if (!pipeline.replaceLast(socket, () => refusals.send(last.req, last, problem))) {
    // The error is in the body of the current request, so this is its response, unless it already has one.
    if (last.headersSent) {
      socket.destroySoon();
    } else {
      refusals.sendRaw(socket, problem, last.req);
    }
  }
}

/** Sends the problem after the responses before it, or a client would take it for one of those. */
function endAfterLast(
  socket: Socket,
  problem: Problem,
  last: ServerResponse | null,
  refusals: Refusals,
): void {
  if (!last) {
    refusals.sendRaw(socket, problem);
    return;
  }
  last.once('close', () => {
    if (socket.writable) {
      refusals.sendRaw(socket, problem);
    }
  });
}

/** CONNECT is only for proxies (RFC 9110, section 9.3.6), so there's nothing that would allow it. */
function notATunnel(): Problem {
  return methodNotAllowed({ headers: { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } });
}
