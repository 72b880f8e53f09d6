import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { within } from '#libs/lifecycle';
import { ReportingExporter } from './reporting-exporter.js';
import { createSampler } from './sampler.js';
import { formatTraceparent, parseTraceparent } from './traceparent.js';
import type { Span, SpanAttributes, SpanIds, SpanOptions, Tracing, TracingOptions } from './tracing.js';

/** How long shutdown may wait for a collector. */
const STOP_WITHIN_MS = 2_000;

const KINDS: Readonly<Record<SpanOptions['kind'], SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Tracing with the OpenTelemetry SDK. Only loaded by `startTracing`, so it costs nothing without tracing. */
export class OpenTelemetryTracing implements Tracing {
  private readonly storage = new AsyncLocalStorage<OpenTelemetrySpan>();
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly report: TracingOptions['report'];

  constructor({ url, serviceName, sampler, batch, report }: TracingOptions) {
    // Export errors don't belong to any request, even though one may have started the timer.
    this.report = AsyncResource.bind(report);
    const exporter = new OTLPTraceExporter({ url });
    this.provider = new TracerProvider({
      resource: describeProcess(serviceName),
      sampler: createSampler(sampler),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new ReportingExporter(exporter, this.report),
          scheduledDelayMillis: batch.delayMs,
          exportTimeoutMillis: batch.timeoutMs,
          maxQueueSize: batch.maxQueueSize,
          maxExportBatchSize: batch.maxSize,
        }),
      ],
    });
    this.tracer = this.provider.getTracer('gatehouse');
  }

  begin({ name, kind, attributes = {}, parent }: SpanOptions): Span {
    const parentContext = parent === undefined ? this.storage.getStore()?.asParent() : remoteParent(parent);
    const span = this.tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: { ...attributes } },
      parentContext ?? ROOT_CONTEXT,
    );
    return new OpenTelemetrySpan(span, this.storage);
  }

  /**
   * Only starts a span if the current one is still recording. What outlives a request, such as a connection and its
   * timers, must not keep adding to its trace.
   */
  beginChild(options: SpanOptions): Span | undefined {
    return this.storage.getStore()?.isRecording ? this.begin(options) : undefined;
  }

  current(): SpanIds | undefined {
    return this.storage.getStore();
  }

  currentTraceparent(): string | undefined {
    return this.storage.getStore()?.traceparent;
  }

  async stop(): Promise<void> {
    // The exporter has already reported any failure.
    const sent = this.provider.shutdown().then(
      () => true,
      () => true,
    );
    if (!(await within(STOP_WITHIN_MS, sent))) {
      this.report(true, 'no response before the process exited');
    }
  }
}

class OpenTelemetrySpan implements Span {
  readonly traceId: string;
  readonly spanId: string;

  constructor(
    private readonly span: ApiSpan,
    private readonly storage: AsyncLocalStorage<OpenTelemetrySpan>,
  ) {
    ({ traceId: this.traceId, spanId: this.spanId } = span.spanContext());
  }

  get isRecording(): boolean {
    return this.span.isRecording();
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    return formatTraceparent({ traceId, parentId: spanId, isSampled });
  }

  asParent(): Context {
    return trace.setSpan(ROOT_CONTEXT, this.span);
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes({ ...attributes });
  }

  fail(errorType: string): void {
    this.span.setAttribute('error.type', errorType);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.span.end();
  }

  run<T>(work: () => T): T {
    return this.storage.run(this, work);
  }
}

/** Undefined if the traceparent is missing or invalid, which starts a new trace. */
function remoteParent(traceparent: string | null): Context | undefined {
  const parent = parseTraceparent(traceparent);
  return parent
    ? trace.setSpanContext(ROOT_CONTEXT, {
        traceId: parent.traceId,
        spanId: parent.parentId,
        traceFlags: parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
        isRemote: true,
      })
    : undefined;
}

/** The environment comes last, so it takes precedence. */
function describeProcess(serviceName: string): Resource {
  return resourceFromAttributes({ 'service.name': serviceName }).merge(
    detectResources({
      detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
    }),
  );
}
