import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { statusOf } from '../support/kept-connection.js';
import { load, measureDuring } from '../support/load.js';
import { connectRaw } from '../support/raw-http.js';
import { useApp } from '../support/use-app.js';

/** On a quiet machine it's less than 100. Other tests may run at the same time. */
const MAX_P99_MS = 1_500;
const MEGABYTE = 1024 * 1024;

const app = useApp('api', { NODE_OPTIONS: '--max-old-space-size=256' });

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('a process with a heap of 256 MB', () => {
  it('survives 1,500 pipelined requests on one connection, and stays live', async () => {
    await expectLiveDuring('1,500 pipelined requests', async () => {
      for (const path of ['/openapi/v2.json', '/openapi/v2.yaml', '/docs/v1', '/docs/v2']) {
        const { closedAfterMs, socket } = await connectRaw(app.url, get(path).repeat(1_500));
        await Promise.race([closedAfterMs, delay(2_000)]);
        // So that there are enough probes.
        await delay(500);
        socket.destroy();
      }
    });
  });

  it.each(['/openapi/v2.json', '/openapi/v1.yaml', '/docs/v2'])(
    'stays live while 100 connections request %s',
    async (path) => {
      await expectLiveDuring(`100 connections on ${path}`, async () => {
        const statuses = await load(`${app.url}${path}`, '--connections=100', '--duration=4');
        expect(Object.keys(statuses)).toEqual(['200']);
      });
    },
  );

  it('keeps its memory while 300 connections do not read what they request', async () => {
    await statusOf(`${app.url}/docs/v2`);
    const before = residentBytes();
    const requests = get('/docs/v2').repeat(60);
    const connections = await Promise.all(
      Array.from({ length: 300 }, () => connectRaw(app.url, requests, { reads: false })),
    );
    // It has begun to work on all of them before it answers this.
    expect(await statusOf(`${app.url}/health/live`)).toBe(200);
    await delay(2_000);
    expect(residentBytes() - before).toBeLessThan(150 * MEGABYTE);
    connections.forEach(({ socket }) => socket.destroy());
  });
});

/** Requests `/health/live` on the management port meanwhile. */
async function expectLiveDuring(what: string, work: () => Promise<unknown>): Promise<void> {
  const { p99, summary } = await measureDuring(work, async () =>
    expect(await statusOf(`${app.managementUrl}/health/live`)).toBe(200),
  );
  process.stdout.write(`${what}: /health/live ${summary}\n`);
  expect(p99).toBeLessThan(MAX_P99_MS);
}

function residentBytes(): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${app.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
