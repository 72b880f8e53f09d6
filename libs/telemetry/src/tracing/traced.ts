import {
  errorTypeOf,
  type Span,
  type SpanIds,
  type SpanOptions,
  type Tracing,
  type TracingOptions,
} from './tracing.js';

/** Undefined, the normal case, costs those who ask a comparison. */
let active: Tracing | undefined;

/** Begins to trace. Only now is anything of OpenTelemetry loaded. */
export async function startTracing(options: TracingOptions): Promise<void> {
  const { OpenTelemetryTracing } = await import('./open-telemetry.js');
  const { traceRedisCommands } = await import('./redis-commands.js');
  active = new OpenTelemetryTracing(options);
  traceRedisCommands(active);
}

export function currentTracing(): Tracing | undefined {
  return active;
}

/** What a line of the log says of the span that it was written in. */
export function currentSpanIds(): SpanIds | undefined {
  const span = active?.current();
  return span && { traceId: span.traceId, spanId: span.spanId };
}

/** Runs `work` in a span that ends with it, and fails with it. Without tracing it is no more than the work. */
export function traced<T>(options: SpanOptions, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  return active ? inSpan(active.begin(options), work) : work(undefined);
}

/** As `traced`, but only where something around it is recorded. */
export function tracedPart<T>(
  options: SpanOptions,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  const span = active?.beginPart(options);
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
