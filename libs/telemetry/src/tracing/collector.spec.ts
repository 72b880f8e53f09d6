import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../../../../test/support/client.js';
import { signUp } from '../../../../test/support/factories.js';
import { useCollector } from '../../../../test/support/otlp-collector.js';
import { eventually } from '../../../../test/support/servers.js';
import { holdTemporaryFolder } from '../../../../test/support/temporary-folder.js';
import { useServers } from '../../../../test/support/use-servers.js';

const servers = useServers();
const collector = useCollector();

describe('the trace collector', () => {
  it('neither slows nor fails requests when it is down or does not answer, and is logged once', async () => {
    const app = await servers.start('api', {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BSP_EXPORT_TIMEOUT: '400',
      OTEL_SERVICE_NAME: 'accounts-api',
    });
    const { api } = await signUp(app.api);
    await medianMs(api, 50);
    const up = await medianMs(api, 200);
    expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set(['accounts-api']));
    collector.behave('hang');
    const silent = await medianMs(api, 200);
    collector.behave('refuse');
    const before = collector.exports;
    await eventually(async () => {
      await medianMs(api, 10);
      expect(collector.exports).toBeGreaterThan(before + 3);
    });
    const warnings = app.logs().match(/the collector is not accepting spans/g);
    expect(warnings).toHaveLength(1);
    await collector.stop();
    const down = await medianMs(api, 200);
    expect(Math.max(silent, down)).toBeLessThan(2 * up + 5);
    collector.behave('accept');
    await collector.start();
    const seen = collector.spans.length;
    await eventually(async () => {
      await medianMs(api, 10);
      expect(collector.spans.length).toBeGreaterThan(seen);
    });
    await eventually(() => expect(app.logs()).toContain('the collector is accepting spans again'));

    await collector.stop();
    await medianMs(api, 10);
    const stoppedAt = performance.now();
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - stoppedAt).toBeLessThan(8_000);
    await collector.start();
  }, 60_000);

  it('costs nothing when it is not configured: no module of the SDK is loaded', async () => {
    const [withTraces, without] = await Promise.all([
      scriptsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
      scriptsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }),
    ]);
    // prom-client brings OpenTelemetry's interfaces (`api`), which do nothing, whether or not we use them.
    const isSdk = (url: string): boolean => /@opentelemetry\/(?!api\/)|open-telemetry\.js/.test(url);
    // Known to be able to find them.
    expect(withTraces.filter(isSdk).length).toBeGreaterThan(50);
    expect(without.length).toBeGreaterThan(500);
    expect(without.filter(isSdk)).toEqual([]);
  }, 60_000);
});

async function medianMs(api: ApiClient, count: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const startedAt = performance.now();
    expect((await api.get('/auth/sessions')).status).toBe(200);
    times.push(performance.now() - startedAt);
  }
  return times.sort((x, y) => x - y)[Math.floor(count / 2)] ?? 0;
}

/** The scripts that a process has loaded by its end, as V8 counts their coverage. */
async function scriptsOf(env: Record<string, string>): Promise<string[]> {
  const { path: folder } = await holdTemporaryFolder();
  const app = await servers.start('all', { NODE_V8_COVERAGE: folder, ...env });
  await signUp(app.api);
  expect(await app.stop()).toEqual({ code: 0, signal: null });
  return readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      result: readonly { readonly url: string }[];
    };
    return result.map(({ url }) => url);
  });
}
