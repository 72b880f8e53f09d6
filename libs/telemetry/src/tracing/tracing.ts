/** The IDs of a span, for the log. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  /** Low cardinality: no IDs, no paths. */
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Never personal data, tokens, URLs with a query, or statement values. */
  readonly attributes?: SpanAttributes;
  /**
   * The traceparent of the cause. Null starts a new trace. Default: the current span or, if there is none, a new trace.
   */
  readonly parent?: string | null;
}

/** A span in progress. */
export interface Span extends SpanIds {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** `errorType` is a code or a class name, never a message, because messages contain values. */
  fail(errorType: string): void;
  end(): void;
  /** Runs `work` in this span. Everything it starts, even later, belongs to the span. */
  run<T>(work: () => T): T;
}

/** The application's interface to OpenTelemetry. */
export interface Tracing {
  begin(options: SpanOptions): Span;
  /** Starts a span only if the current one is recording. For work that is only worth tracing as part of something. */
  beginChild(options: SpanOptions): Span | undefined;
  /** The current span. */
  current(): SpanIds | undefined;
  /** The current span as a W3C `traceparent`, to send along with messages and jobs. */
  currentTraceparent(): string | undefined;
  /** Exports pending spans. Takes a limited time. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** The OTLP/HTTP collector's endpoint for traces, including its path. */
  readonly url: string;
  /** Overridden by OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES. */
  readonly serviceName: string;
  readonly sampler: { readonly name: SamplerName; readonly ratio: number };
  readonly batch: {
    readonly delayMs: number;
    readonly timeoutMs: number;
    readonly maxQueueSize: number;
    readonly maxSize: number;
  };
  /** Called once when exporting starts to fail, and once when it works again. */
  readonly report: (isDown: boolean, reason: string) => void;
}

/** From the OpenTelemetry specification, "General SDK Configuration". */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/** The error's code or, if it has none, its class name. */
export function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : '_OTHER';
}
