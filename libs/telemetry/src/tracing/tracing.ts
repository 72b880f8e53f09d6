/** Where a piece of work stands in a trace, as logs name it. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  /** Of few different values: no id, no path. */
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Never personal data, a token, a URL with a query or a value of a statement. */
  readonly attributes?: SpanAttributes;
  /** The traceparent of what caused it; null begins a trace. Left out: the span around it, or else a new trace. */
  readonly parent?: string | null;
}

/** A piece of work that is under way. */
export interface Span extends SpanIds {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** `errorType` is a code or the name of a class, never a message: messages quote values. */
  fail(errorType: string): void;
  end(): void;
  /** What `work` begins, however late, belongs to this span. */
  run<T>(work: () => T): T;
}

/** What the application knows of OpenTelemetry. */
export interface Tracing {
  begin(options: SpanOptions): Span;
  /** A span for what is worth telling only as a part of something; undefined when nothing around it is recorded. */
  beginPart(options: SpanOptions): Span | undefined;
  /** The span around the caller. */
  current(): SpanIds | undefined;
  /** The same as W3C `traceparent`, to travel with messages and jobs. */
  currentTraceparent(): string | undefined;
  /** Sends what has not been sent yet; takes a bounded time. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** Where an OTLP/HTTP collector takes spans, with its path. */
  readonly url: string;
  /** Unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise. */
  readonly serviceName: string;
  readonly sampler: { readonly name: SamplerName; readonly ratio: number };
  readonly batch: {
    readonly delayMs: number;
    readonly timeoutMs: number;
    readonly maxQueueSize: number;
    readonly maxSize: number;
  };
  /** Told when a collector is lost and when it is back, once each. */
  readonly report: (isDown: boolean, reason: string) => void;
}

/** Of the OpenTelemetry specification, "General SDK Configuration". */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/** A code if the error has one, or else the name of its class. */
export function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : '_OTHER';
}
