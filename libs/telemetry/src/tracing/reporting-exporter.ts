import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { errorTypeOf } from './tracing.js';

type OnResult = Parameters<SpanExporter['export']>[1];

/** An exporter that tells once that spans are lost, and once that they are not any more, rather than for each batch. */
export class ReportingExporter implements SpanExporter {
  private isDown = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly report: (isDown: boolean, reason: string) => void,
  ) {}

  export(spans: ReadableSpan[], onResult: OnResult): void {
    this.exporter.export(spans, (result) => {
      const isDown = result.error !== undefined;
      if (isDown !== this.isDown) {
        this.isDown = isDown;
        this.report(isDown, reasonOf(result.error));
      }
      onResult(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }
}

/** The socket's code or the HTTP status; a message may quote the endpoint with its credentials. */
function reasonOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === 'number' ? `HTTP ${String(code)}` : errorTypeOf(cause ?? error);
}
