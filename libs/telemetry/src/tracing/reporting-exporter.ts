import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { Outage } from '#libs/lifecycle';
import { errorTypeOf } from './tracing.js';

type OnResult = Parameters<SpanExporter['export']>[1];

/** An exporter that reports once when spans are lost and once when export works again, instead of for each batch. */
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

/** The socket error code or the HTTP status. Messages may contain the endpoint and its credentials. */
function reasonOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === 'number' ? `HTTP ${String(code)}` : errorTypeOf(cause ?? error);
}
