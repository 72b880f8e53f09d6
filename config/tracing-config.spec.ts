import { describe, expect, it } from '@jest/globals';
import { namesIn, parse, problemsOf } from '../test/support/environment.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318' };

describe('tracing configuration', () => {
  it('is off without an endpoint, and when explicitly disabled', () => {
    expect(parse().tracing).toBeNull();
    expect(parse({ OTEL_TRACES_SAMPLER: 'always_on' }).tracing).toBeNull();
    expect(parse({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }).tracing).toBeNull();
    expect(parse({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }).tracing).toBeNull();
  });

  it.each([
    [ENDPOINT, 'http://otel-collector:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://acme.com/otlp/' }, 'https://acme.com/otlp/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://acme.com?team=a' }, 'https://acme.com/v1/traces?team=a'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo:4318/in' }, 'http://tempo:4318/in'],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo:4318/in' }, 'http://tempo:4318/in'],
  ])('sends traces for %j to %s', (environment, url) => {
    expect(parse(environment).tracing?.url).toBe(url);
  });

  it('uses the defaults of the OpenTelemetry specification', () => {
    expect(parse(ENDPOINT).tracing).toEqual({
      url: 'http://otel-collector:4318/v1/traces',
      sampler: { name: 'parentbased_always_on', ratio: 1 },
      batch: { delayMs: 5_000, timeoutMs: 30_000, maxQueueSize: 2_048, maxSize: 512 },
    });
  });

  it('reports every invalid variable at once', () => {
    const bad = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'otel-collector:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'tempo',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_SDK_DISABLED: 'perhaps',
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_TRACES_SAMPLER: 'some',
      OTEL_TRACES_SAMPLER_ARG: '1.5',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
    };
    expect(namesIn(problemsOf(bad))).toEqual(Object.keys(bad));
    const tooLong = { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '11' };
    expect(namesIn(problemsOf(tooLong))).toEqual(['OTEL_BSP_MAX_EXPORT_BATCH_SIZE']);
  });
});
