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
import {
  currentTracing,
  type LogContext,
  parseTraceparent,
  runInLogContext,
  type Span,
} from '#libs/telemetry';

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

interface Observers {
  /** Gets one line per call. */
  readonly accessLog: Logger;
  readonly durations: Histogram<'method' | 'code'>;
}

/** Adds what every call gets around its handler: an ID, a span, one log line and one measurement. */
export function callContext(accessLog: Logger, registry: Registry): ServerInterceptor {
  const durations = new Histogram({
    name: 'gatehouse_grpc_call_duration_seconds',
    help: 'Duration of gRPC calls, until the last message was sent.',
    labelNames: ['method', 'code'],
    buckets: SECONDS,
    registers: [registry],
  });
  return ({ path }, intercepted) => {
    let call: ObservedCall | undefined;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        call = new ObservedCall(path.slice(1), metadata, { accessLog, durations });
        call.run(() => next(metadata));
      })
      .withOnReceiveMessage((message, next) => call?.run(() => next(message)))
      .withOnReceiveHalfClose((next) => call?.run(next))
      .withOnCancel(() => call?.end(Code.CANCELLED))
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((sent, next) => {
        call?.end(sent.code ?? Code.OK);
        next(sent);
      })
      .build();
    return new ServerInterceptingCall(intercepted, responder);
  };
}

/** A call from its first message to its status. */
class ObservedCall {
  private readonly startedAt = performance.now();
  private readonly span: Span | undefined;
  private readonly context: LogContext;
  private hasEnded = false;

  constructor(
    private readonly method: string,
    metadata: Metadata,
    private readonly observers: Observers,
  ) {
    const traceparent = textOf(metadata, 'traceparent');
    this.span = currentTracing()?.begin({
      name: method,
      kind: 'server',
      parent: traceparent ?? null,
      attributes: { 'rpc.system': 'grpc', 'rpc.method': method },
    });
    const requestId = requestIdOf({ headers: { 'x-request-id': textOf(metadata, 'x-request-id') } });
    const traceId = this.span?.traceId ?? parseTraceparent(traceparent)?.traceId;
    this.context = traceId === undefined ? { requestId } : { requestId, traceId };
  }

  /** Runs `work` so that everything it does, even later, belongs to the call. */
  run(work: () => void): void {
    const inContext = (): void => runInLogContext(this.context, work);
    if (this.span) {
      this.span.run(inContext);
    } else {
      inContext();
    }
  }

  /** The first status counts: a call that was canceled gets another one. */
  end(status: Code): void {
    if (this.hasEnded) {
      return;
    }
    this.hasEnded = true;
    const { method } = this;
    const ms = performance.now() - this.startedAt;
    const code = Code[status];
    this.observers.durations.observe({ method, code }, ms / 1000);
    this.observers.accessLog.info({ ...this.context, method, code, durationMs: Math.round(ms) }, 'call');
    this.span?.set({ 'rpc.grpc.status_code': status });
    if (OF_SERVER.has(status)) {
      this.span?.fail(code);
    }
    this.span?.end();
  }
}

/** The value of a metadata key, if there is exactly one. */
export function textOf(metadata: Metadata, key: string): string | undefined {
  const [value, ...others] = metadata.get(key);
  return typeof value === 'string' && others.length === 0 ? value : undefined;
}
