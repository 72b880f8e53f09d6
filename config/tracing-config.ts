import { parseInteger, parseOneOf, parseShare, parseUrl } from './parsers.js';
import type { EnvironmentReader } from './reader.js';

/** Where and how spans are exported. Names and defaults follow the OpenTelemetry specification. */
export interface TracingConfig {
  /** The OTLP/HTTP collector's endpoint for traces, including its path. */
  readonly url: string;
  readonly sampler: { readonly name: (typeof SAMPLERS)[number]; readonly ratio: number };
  readonly batch: {
    readonly delayMs: number;
    readonly timeoutMs: number;
    readonly maxQueueSize: number;
    readonly maxSize: number;
  };
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
const MAX_MS = 600_000;
const MAX_SPANS = 100_000;

/** @returns null if tracing is disabled */
export function readTracing(read: EnvironmentReader): TracingConfig | null {
  const url = readUrl(read);
  // We only export http/protobuf, so reject anything else instead of failing silently.
  for (const name of ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']) {
    read.optional(name, parseOneOf('http/protobuf'), () => 'http/protobuf');
  }
  const isDisabled =
    read.optional('OTEL_SDK_DISABLED', parseOneOf('true', 'false'), () => 'false') === 'true' ||
    read.optional('OTEL_TRACES_EXPORTER', parseOneOf('otlp', 'none'), () => 'otlp') === 'none';
  const sampler = {
    name: read.optional(
      'OTEL_TRACES_SAMPLER',
      parseOneOf(...SAMPLERS),
      () => 'parentbased_always_on' as const,
    ),
    ratio: read.optional('OTEL_TRACES_SAMPLER_ARG', parseShare, () => 1),
  };
  const batch = {
    delayMs: read.optional('OTEL_BSP_SCHEDULE_DELAY', parseInteger(1, MAX_MS), () => 5_000),
    timeoutMs: read.optional('OTEL_BSP_EXPORT_TIMEOUT', parseInteger(1, MAX_MS), () => 30_000),
    maxQueueSize: read.optional('OTEL_BSP_MAX_QUEUE_SIZE', parseInteger(1, MAX_SPANS), () => 2_048),
    maxSize: read.optional('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', parseInteger(1, MAX_SPANS), () => 512),
  };
  if (batch.maxSize > batch.maxQueueSize) {
    read.addProblem('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'must not be greater than OTEL_BSP_MAX_QUEUE_SIZE');
  }
  return url === null || isDisabled ? null : { url, sampler, batch };
}

/**
 * The traces endpoint is used as is. The signal path is appended to the general endpoint (OTLP exporter, "Endpoint
 * URLs").
 */
function readUrl(read: EnvironmentReader): string | null {
  const parse = parseUrl('http', 'https');
  const base = read.optional<string | null>('OTEL_EXPORTER_OTLP_ENDPOINT', parse, () => null);
  const own = read.optional<string | null>('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', parse, () => null);
  return own ?? (base && withTracesPath(base));
}

function withTracesPath(base: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  return url.href;
}
