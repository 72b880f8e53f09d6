import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import {
  currentTracing,
  HANDLED,
  parseTraceparent,
  runInLogContext,
  type Span,
  traceRequest,
  type Tracing,
} from '#libs/telemetry';
import { closeInTime, securityHeadersFor } from '#libs/http';
import { createProxyWarning } from './proxy-warning.js';

const LATENCY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Unknown methods share one label, so that clients can't create new time series. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace ID, as logged. Without tracing, it's only set if the caller sent one. */
    traceId: string | undefined;
    /** The span of the whole request. Undefined without tracing. */
    span: Span | undefined;
    /** How long it took until the response began, if that's what counts: a stream lasts as long as its client wants. */
    firstByteMs: number | undefined;
  }
}

interface HookOptions {
  readonly logger: Logger;
  /** Logs one line per request. */
  readonly accessLog: Logger;
  readonly registry: Registry;
  readonly publicUrl: string;
  /** Whether the process is draining. Responses then ask clients to reconnect elsewhere. */
  readonly isDraining: () => boolean;
}

/** Adds what every request gets around its handler: ID, headers, one log line and one measurement. */
export function addRequestHooks(fastify: FastifyInstance, options: HookOptions): void {
  const { logger, accessLog, isDraining } = options;
  const observe = createObserver(options.registry);
  const headers = securityHeadersFor(options.publicUrl);
  const warnOfProxy = createProxyWarning(logger);

  // Fastify wants decorations declared up front, so that all requests have the same shape.
  fastify.decorateRequest('traceId', undefined);
  fastify.decorateRequest('span', undefined);
  fastify.decorateRequest('problemCode', undefined);
  fastify.decorateRequest('firstByteMs', undefined);
  const tracing = currentTracing();
  if (tracing) {
    addSpans(fastify, tracing);
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers).header('X-Request-Id', request.id);
    warnOfProxy(request);
    request.traceId ??= parseTraceparent(request.headers['traceparent'])?.traceId;
    inContext(request, done);
  });

  fastify.addHook('onSend', sendTogether);

  // Checked when the response is sent: a request that arrived before the drain may end during it.
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (isDraining()) {
      void reply.header('Connection', 'close');
    }
    // Most streams are closed by their clients, which Fastify doesn't count as a response.
    if (request.firstByteMs !== undefined) {
      reply.raw.once('close', () => {
        if (reply.raw.headersSent && !reply.raw.writableFinished) {
          responded(request, reply);
        }
      });
    }
    done();
  });

  fastify.addHook('onRoute', (route) => {
    if (route.method === 'HEAD') {
      route.onSend = [...[route.onSend ?? []].flat(), withoutLengthOf304];
    }
  });

  closeInTime(fastify, logger);

  fastify.addHook('onResponse', (request, reply, done) => {
    responded(request, reply);
    done();
  });

  function responded(request: FastifyRequest, reply: FastifyReply): void {
    const seconds = (request.firstByteMs ?? reply.elapsedTime) / 1000;
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    observe(METHODS.has(request.method) ? request.method : '_OTHER', route, reply.statusCode, seconds);
    accessLog.info(requestLine(request, reply, route), 'request');
  }
}

/**
 * Waits until all requests that have arrived are handled. Responses that are sent one after the other wake their receiver once;
 * otherwise, it takes turns with us for each of them (decision 0056).
 */
const sendTogether: onSendHookHandler = (_request, _reply, payload, done) => {
  setImmediate(done, null, payload);
};

/** Fastify says 0, but it would be the length of the representation (RFC 9110, section 8.6). */
const withoutLengthOf304: onSendHookHandler = (_request, reply, payload, done) => {
  if (reply.statusCode === 304) {
    reply.removeHeader('Content-Length');
  }
  done(null, payload);
};

/**
 * Runs `work` in the request's context, so that everything it does, even later, logs the request's IDs and belongs to
 * its span.
 */
function inContext(request: FastifyRequest, work: () => void): void {
  const { id: requestId, traceId, span } = request;
  const context =
    traceId === undefined ? { requestId, [HANDLED]: request } : { requestId, traceId, [HANDLED]: request };
  if (span) {
    span.run(() => runInLogContext(context, work));
  } else {
    runInLogContext(context, work);
  }
}

function addSpans(fastify: FastifyInstance, tracing: Tracing): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    request.span = traceRequest(tracing, {
      request: request.raw,
      response: reply.raw,
      scheme: request.protocol,
      route: () => (request.is404 ? undefined : request.routeOptions.url),
    });
    request.traceId = request.span.traceId;
    done();
  });
}

/** No query, body or address: they may contain tokens and personal data. Members that are undefined aren't logged. */
function requestLine(request: FastifyRequest, reply: FastifyReply, route: string): object {
  return {
    requestId: request.id,
    traceId: request.traceId,
    spanId: request.span?.spanId,
    method: request.method,
    route,
    status: reply.statusCode,
    code: request.problemCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    userId: request.principal?.userId,
  };
}

/** prom-client hashes the labels for each observation. Caching the few combinations is cheaper. */
function createObserver(
  registry: Registry,
): (method: string, route: string, status: number, seconds: number) => void {
  const histogram = new Histogram({
    name: 'gatehouse_http_request_duration_seconds',
    help: 'Duration of HTTP requests by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  const children = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>();
  return (method, route, status, seconds) => {
    const key = `${method} ${status} ${route}`;
    let child = children.get(key);
    if (!child) {
      child = histogram.labels(method, route, String(status));
      children.set(key, child);
    }
    child.observe(seconds);
  };
}
