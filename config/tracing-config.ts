import { parseInteger, parseOneOf, parseShare } from './parsers.js';
import { BadValue, type EnvironmentReader } from './reader.js';
import { isDecodable, isReadable, parseUrl } from './urls.js';

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
  checkOthers(read);
  return url === null || isDisabled ? null : { url, sampler, batch };
}

/** OpenTelemetry reads these itself, and silently ignores those that it can't use. */
function checkOthers(read: EnvironmentReader): void {
  for (const prefix of ['OTEL_EXPORTER_OTLP', 'OTEL_EXPORTER_OTLP_TRACES']) {
    read.check(`${prefix}_HEADERS`, requirePairs);
    read.check(`${prefix}_TIMEOUT`, parseInteger(1, MAX_MS));
    read.check(`${prefix}_COMPRESSION`, parseOneOf('none', 'gzip'));
    for (const file of ['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY']) {
      read.check(`${prefix}_${file}`, requireReadable);
    }
  }
  read.check('OTEL_RESOURCE_ATTRIBUTES', requirePairs);
  read.check('OTEL_SERVICE_NAME', String);
}

/** `name=value` pairs, comma-separated and percent-encoded (W3C Baggage). */
function requirePairs(text: string): void {
  for (const pair of text.split(',').filter((item) => item.trim() !== '')) {
    if (!/^\s*[^=\s][^=]*=/.test(pair)) {
      throw new BadValue('must be a comma-separated list of name=value; write a comma in a value as %2C');
    }
    if (!isDecodable(pair)) {
      throw new BadValue(
        "contains a % that isn't followed by two hexadecimal digits of UTF-8: write % as %25",
      );
    }
  }
}

function requireReadable(path: string): void {
  if (!isReadable(path)) {
    throw new BadValue("must be the path of a file, which can't be read");
  }
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
