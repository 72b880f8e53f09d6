import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { statusOf } from '../support/kept-connection.js';
import { connectRaw, type RawConnection } from '../support/raw-http.js';
import { useApp } from '../support/use-app.js';

/** A quiet machine stays below 100 ms. Others may run tests on this one at the same time. */
const MAX_P99_MS = 500;
const MEGABYTE = 1024 * 1024;

const app = useApp('api', { NODE_OPTIONS: '--max-old-space-size=256' });

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('a process with a heap of 256 MB', () => {
  it('survives 1,500 pipelined requests on one connection, and stays live', async () => {
    const latency = await probeDuring(async () => {
      for (const path of [
        '/openapi/v2.json',
        '/openapi/v2.yaml',
        '/docs/v2/swagger-ui-bundle.js',
        '/docs/v2',
      ]) {
        const { closedAfterMs, socket } = await connectRaw(app.url, get(path).repeat(1_500));
        await Promise.race([closedAfterMs, delay(2_000)]);
        // So that there are enough probes.
        await delay(500);
        socket.destroy();
      }
    });
    expectLive('1,500 pipelined requests', latency);
  });

  it.each(['/openapi/v2.json', '/openapi/v1.yaml', '/docs/v2/swagger-ui-bundle.js'])(
    'stays live while 100 connections request %s',
    async (path) => {
      const latency = await probeDuring(() => load(`${app.url}${path}`));
      expectLive(`100 connections on ${path}`, latency);
    },
  );

  it('keeps its memory while 300 connections do not read what they request', async () => {
    await statusOf(`${app.url}/docs/v2/swagger-ui-bundle.js`);
    const before = residentBytes();
    const requests = get('/docs/v2/swagger-ui-bundle.js').repeat(20);
    let connections: readonly RawConnection[] = [];
    const latency = await probeDuring(async () => {
      connections = await Promise.all(
        Array.from({ length: 300 }, () => connectRaw(app.url, requests, { reads: false })),
      );
      await delay(2_000);
    });
    expect(residentBytes() - before).toBeLessThan(150 * MEGABYTE);
    connections.forEach(({ socket }) => socket.destroy());
    expectLive('300 connections that read nothing', latency);
  });
});

/** From a process of its own, so that it doesn't slow down the probes. */
async function load(url: string): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join('node_modules', 'autocannon', 'autocannon.js'),
    ...['--json', '--connections=100', '--duration=4', url],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ errors: 0, non2xx: 0 });
}

/** How long `/health/live` takes on the management port during the work, in ascending order of milliseconds. */
async function probeDuring(work: () => Promise<void>): Promise<readonly number[]> {
  const latencies: number[] = [];
  let done = false;
  const probing = (async () => {
    while (!done) {
      const startedAt = performance.now();
      expect(await statusOf(`${app.managementUrl}/health/live`)).toBe(200);
      latencies.push(performance.now() - startedAt);
      await delay(5);
    }
  })();
  await work();
  done = true;
  await probing;
  return latencies.sort((a, b) => a - b);
}

function expectLive(what: string, latencies: readonly number[]): void {
  const p99 = latencies[Math.ceil(latencies.length * 0.99) - 1] ?? Infinity;
  process.stdout.write(`${what}: /health/live p99 ${Math.round(p99)} ms of ${latencies.length} probes\n`);
  expect(p99).toBeLessThan(MAX_P99_MS);
}

function residentBytes(): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${app.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
