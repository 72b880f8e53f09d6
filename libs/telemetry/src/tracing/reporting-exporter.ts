import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { Outage } from '#libs/lifecycle';
import { errorTypeOf } from './tracing.js';

type OnResult = Parameters<SpanExporter['export']>[1];

/** An exporter that tells once that spans are lost, and once that they are not any more, rather than for each batch. */
export class ReportingExporter implements SpanExporter {
  private readonly outage: Outage;

  constructor(
    private readonly exporter: SpanExporter,
    report: (isDown: boolean, reason: string) => void,
  ) {
    this.outage = new Outage({
      began: (error) => report(true, reasonOf(error)),
      ended: () => report(false, ''),
    });
  }

  export(spans: ReadableSpan[], onResult: OnResult): void {
    this.exporter.export(spans, (result) => {
      if (result.error === undefined) {
        this.outage.ended();
      } else {
        this.outage.began(result.error);
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
