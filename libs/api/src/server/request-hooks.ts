import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import { malformedRequest } from '#libs/problem';
import {
  currentTracing,
  parseTraceparent,
  runInRequestContext,
  type Span,
  traceRequest,
  type Tracing,
} from '#libs/telemetry';
import { closeInTime, securityHeadersFor } from '#libs/http';

const LATENCY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** What a strange caller makes up must not become a series of its own. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const PROXY_WARNING_INTERVAL_MS = 60_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the trace that it belongs to, as the logs name it; without tracing, only of one that the caller began. */
    traceId: string | undefined;
    /** Of the request as a whole; undefined without tracing. */
    span: Span | undefined;
  }
}

interface HookOptions {
  readonly logger: Logger;
  /** For the line of each request. */
  readonly accessLog: Logger;
  readonly registry: Registry;
  readonly publicUrl: string;
  readonly trustsProxies: boolean;
  /** Whether the process is about to leave; answers then ask clients to open their next connection elsewhere. */
  readonly isDraining: () => boolean;
}

/** What happens to every request around its handler: id, headers, one log line, one measurement. */
export function addRequestHooks(fastify: FastifyInstance, options: HookOptions): void {
  const { logger, accessLog, isDraining } = options;
  const observe = createObserver(options.registry);
  const headers = securityHeadersFor(options.publicUrl);
  const warnOfProxy = createProxyWarning(logger);

  // Declared beforehand, as Fastify asks: requests then keep one shape.
  fastify.decorateRequest('traceId', undefined);
  fastify.decorateRequest('span', undefined);
  const tracing = currentTracing();
  if (tracing) {
    addSpans(fastify, tracing);
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers).header('X-Request-Id', request.id);
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      // RFC 9112, section 3.2.
      done(malformedRequest({ detail: 'The Host header is missing.' }));
      return;
    }
    if (request.headers['x-forwarded-for'] !== undefined && !isFromProxy(request, options.trustsProxies)) {
      warnOfProxy(request.socket.remoteAddress);
    }
    request.traceId ??= parseTraceparent(request.headers['traceparent'])?.traceId;
    inContext(request, done);
  });

  // Asked when the answer is sent: a request that came before the drain may end in it, and its connection with it.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) {
      void reply.header('Connection', 'close');
    }
    done();
  });

  closeInTime(fastify, logger);

  fastify.addHook('onResponse', (request, reply, done) => {
    const seconds = reply.elapsedTime / 1000;
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    observe(METHODS.has(request.method) ? request.method : '_OTHER', route, reply.statusCode, seconds);
    accessLog.info(requestLine(request, reply, route), 'request');
    done();
  });
}

/** What `work` does, however late, carries the request's ids into the log, and its span. */
function inContext({ id: requestId, traceId, span }: FastifyRequest, work: () => void): void {
  const context = { requestId, ...(traceId === undefined ? {} : { traceId }) };
  if (span) {
    span.run(() => runInRequestContext(context, work));
  } else {
    runInRequestContext(context, work);
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

/** No query, body or address: they may hold tokens and personal data. */
function requestLine(request: FastifyRequest, reply: FastifyReply, route: string): object {
  return {
    requestId: request.id,
    ...(request.traceId === undefined ? {} : { traceId: request.traceId }),
    ...(request.span === undefined ? {} : { spanId: request.span.spanId }),
    method: request.method,
    route,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ...(request.principal ? { userId: request.principal.userId } : {}),
  };
}

/** With a trusted proxy in between, Fastify took the address from the header, so it differs from the socket's. */
function isFromProxy(request: FastifyRequest, trustsProxies: boolean): boolean {
  return trustsProxies && request.ip !== request.socket.remoteAddress;
}

function createProxyWarning(logger: Logger): (remoteAddress: string | undefined) => void {
  let quietUntil = 0;
  return (remoteAddress) => {
    if (Date.now() < quietUntil) {
      return;
    }
    quietUntil = Date.now() + PROXY_WARNING_INTERVAL_MS;
    logger.warn(
      { remoteAddress },
      'ignored X-Forwarded-For from an address that is not in TRUSTED_PROXIES: ' +
        'if it is your load balancer, all its clients share one rate limit until you add its address',
    );
  };
}

/** prom-client hashes the labels at each observation; the handful of combinations is looked up here for less. */
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
  const known = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>();
  return (method, route, status, seconds) => {
    const key = `${method} ${status} ${route}`;
    let child = known.get(key);
    if (!child) {
      child = histogram.labels(method, route, String(status));
      known.set(key, child);
    }
    child.observe(seconds);
  };
}
