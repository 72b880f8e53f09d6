import {
  errorTypeOf,
  type Span,
  type SpanIds,
  type SpanOptions,
  type Tracing,
  type TracingOptions,
} from './tracing.js';

/** Undefined by default, so without tracing each check costs only a comparison. */
let active: Tracing | undefined;

/** Starts tracing. OpenTelemetry is only loaded here. */
export async function startTracing(options: TracingOptions): Promise<void> {
  const { OpenTelemetryTracing } = await import('./open-telemetry.js');
  const { traceRedisCommands } = await import('./redis-commands.js');
  active = new OpenTelemetryTracing(options);
  traceRedisCommands(active);
}

export function currentTracing(): Tracing | undefined {
  return active;
}

/** The IDs of the current span, for the log. */
export function currentSpanIds(): SpanIds | undefined {
  const span = active?.current();
  return span && { traceId: span.traceId, spanId: span.spanId };
}

/** Runs `work` in a span that ends, and fails, with it. Without tracing, just runs `work`. */
export function traced<T>(options: SpanOptions, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  return active ? inSpan(active.begin(options), work) : work(undefined);
}

/** Like `traced`, but only starts a span if the current one is recording. */
export function tracedChild<T>(
  options: SpanOptions,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  const span = active?.beginChild(options);
  return span ? inSpan(span, work) : work(undefined);
}

async function inSpan<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await span.run(() => work(span));
  } catch (error) {
    span.fail(errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}
