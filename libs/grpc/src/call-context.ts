import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status as Code,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import { requestIdOf } from '#libs/http';
import { currentTracing, parseTraceparent, runInLogContext } from '#libs/telemetry';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** What the span of a call fails with: the server's own errors (semantic conventions for gRPC). */
const OF_SERVER: ReadonlySet<Code> = new Set([
  Code.UNKNOWN,
  Code.DEADLINE_EXCEEDED,
  Code.UNIMPLEMENTED,
  Code.INTERNAL,
  Code.UNAVAILABLE,
  Code.DATA_LOSS,
]);

interface ContextOptions {
  /** Logs one line per call. */
  readonly accessLog: Logger;
  readonly registry: Registry;
}

/** Adds what every call gets around its handler: an ID, a span, one log line and one measurement. */
export function callContext({ accessLog, registry }: ContextOptions): ServerInterceptor {
  const durations = new Histogram({
    name: 'gatehouse_grpc_call_duration_seconds',
    help: 'Duration of gRPC calls, until the last message was sent.',
    labelNames: ['method', 'code'],
    buckets: SECONDS,
    registers: [registry],
  });
  return ({ path }, call) => {
    const startedAt = performance.now();
    let run = <T>(work: () => T): T => work();
    let end = (_code: Code): void => undefined;
    const begin = (metadata: Metadata): void => {
      const context = contextOf(metadata);
      const span = currentTracing()?.begin({
        name: path.slice(1),
        kind: 'server',
        parent: textOf(metadata, 'traceparent') ?? null,
        attributes: { 'rpc.system': 'grpc', 'rpc.method': path.slice(1) },
      });
      const traceId = span?.traceId ?? context.traceId;
      const logged = traceId === undefined ? { requestId: context.requestId } : { ...context, traceId };
      run = (work) => (span ? span.run(() => runInLogContext(logged, work)) : runInLogContext(logged, work));
      end = (code) => {
        end = () => undefined;
        const seconds = (performance.now() - startedAt) / 1000;
        const name = Code[code];
        durations.observe({ method: path.slice(1), code: name }, seconds);
        accessLog.info(
          { ...logged, method: path.slice(1), code: name, durationMs: Math.round(seconds * 1e3) },
          'call',
        );
        span?.set({ 'rpc.grpc.status_code': code });
        if (OF_SERVER.has(code)) {
          span?.fail(name);
        }
        span?.end();
      };
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        begin(metadata);
        run(() => next(metadata));
      })
      .withOnReceiveMessage((message, next) => run(() => next(message)))
      .withOnReceiveHalfClose((next) => run(next))
      .withOnCancel(() => end(Code.CANCELLED))
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((sent, next) => {
        end(sent.code ?? Code.OK);
        next(sent);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

function contextOf(metadata: Metadata): { requestId: string; traceId?: string } {
  const requestId = requestIdOf({ headers: { 'x-request-id': textOf(metadata, 'x-request-id') } });
  const traceId = parseTraceparent(textOf(metadata, 'traceparent'))?.traceId;
  return traceId === undefined ? { requestId } : { requestId, traceId };
}

/** The value of a metadata key, if there is exactly one. */
export function textOf(metadata: Metadata, key: string): string | undefined {
  const [value, ...others] = metadata.get(key);
  return typeof value === 'string' && others.length === 0 ? value : undefined;
}
