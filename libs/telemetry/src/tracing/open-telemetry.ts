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

/** How long the end of the process may wait for a collector. */
const STOP_WITHIN_MS = 2_000;

const KINDS: Readonly<Record<SpanOptions['kind'], SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Tracing by OpenTelemetry's SDK. Loaded by `startTracing` alone, so that nothing else pays for it. */
export class OpenTelemetryTracing implements Tracing {
  private readonly storage = new AsyncLocalStorage<OpenTelemetrySpan>();
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly report: TracingOptions['report'];

  constructor({ url, serviceName, sampler, batch, report }: TracingOptions) {
    // What is said of exports belongs to no request, whichever has set off their timer.
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
    const around = parent === undefined ? this.storage.getStore()?.asParent() : remoteParent(parent);
    const span = this.tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: { ...attributes } },
      around ?? ROOT_CONTEXT,
    );
    return new OpenTelemetrySpan(span, this.storage);
  }

  /**
   * A span that has ended records nothing any more: what a request leaves behind, such as a connection with its timers,
   * does not go on adding to its trace.
   */
  beginPart(options: SpanOptions): Span | undefined {
    return this.storage.getStore()?.isRecording ? this.begin(options) : undefined;
  }

  current(): SpanIds | undefined {
    return this.storage.getStore();
  }

  currentTraceparent(): string | undefined {
    return this.storage.getStore()?.traceparent;
  }

  async stop(): Promise<void> {
    // The exporter has reported what fails here.
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

/** Undefined, and so a new trace, when there is none or it is not valid. */
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

/** The environment is asked last and so wins. */
function describeProcess(serviceName: string): Resource {
  return resourceFromAttributes({ 'service.name': serviceName }).merge(
    detectResources({
      detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
    }),
  );
}
