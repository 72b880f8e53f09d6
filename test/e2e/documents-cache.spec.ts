import { describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { useApp } from '../support/use-app.js';

const ORIGIN = 'https://app.acme.test';
const app = useApp('api', { CORS_ORIGINS: ORIGIN });

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync, identity: (bytes: Buffer) => bytes };
const PATHS = [
  '/openapi/v1.json',
  '/openapi/v2.json',
  '/openapi/v1.yaml',
  '/openapi/v2.yaml',
  '/docs/v2',
  '/docs/v2/',
  '/docs/v1',
  '/docs/v1/index.html',
];

describe.each(PATHS)('%s', (path) => {
  it('has a strong tag for each coding, and is not sent again to those who have it', async () => {
    const plain = await get(path);
    const tags = new Set<string>();
    for (const coding of ['br', 'gzip', 'identity'] as const) {
      const { status, headers, body } = await get(path, { 'accept-encoding': coding });
      expect([status, headers['content-encoding']]).toEqual([
        200,
        coding === 'identity' ? undefined : coding,
      ]);
      expect(headers['content-length']).toBe(String(body.length));
      expect(DECODERS[coding](body).equals(plain.body)).toBe(true);
      expect(headers['cache-control']).toMatch(/^public, max-age=\d+$/);
      expect(headers['vary']).toBe('Origin, Accept-Encoding');
      const etag = headers.etag ?? '';
      expect(etag).toMatch(/^"[\w-]+"$/);
      tags.add(etag);
      for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await get(path, { 'accept-encoding': coding, 'if-none-match': tag });
        expect([again.status, again.headers.etag, again.body.length]).toEqual([304, etag, 0]);
        expect(again.headers['vary']).toBe('Origin, Accept-Encoding');
        expect(again.headers['cache-control']).toBe(headers['cache-control']);
      }
      const changed = await get(path, { 'accept-encoding': coding, 'if-none-match': '"other"' });
      expect([changed.status, changed.body.length]).toEqual([200, body.length]);
    }
    expect(tags.size).toBe(3);
  });

  it('can be asked about without its content, and read by scripts of an allowed origin', async () => {
    const whole = await get(path);
    const { status, headers, body } = await get(path, { origin: ORIGIN }, 'HEAD');
    expect([status, headers.etag, headers['content-length'], body.length]).toEqual([
      200,
      whole.headers.etag,
      String(whole.body.length),
      0,
    ]);
    expect(headers['access-control-allow-origin']).toBe(ORIGIN);
  });
});

describe('the documentation page', () => {
  it.each(['/docs/v1', '/docs/v1/', '/docs/v1/index.html'])('links to what exists, from %s', async (path) => {
    const { body, headers } = await get(path);
    const links = [...body.toString().matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, link = '']) => link);
    expect(links).toEqual(
      expect.arrayContaining(['/docs/v1', '/docs/v2', '/openapi/v1.json', '/openapi/v1.yaml', '/problems']),
    );
    for (const link of links) {
      const { pathname } = new URL(link, `http://localhost${path}`);
      expect([link, (await get(pathname)).status]).toEqual([link, 200]);
    }
    expect(headers['content-security-policy']).toMatch(/script-src 'sha256-[^']+';/);
  });
});

interface Received {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | undefined>> & { readonly etag?: string };
  readonly body: Buffer;
}

/** Unlike `fetch`, sends no Accept-Encoding of its own and doesn't decode. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Received> {
  return new Promise((resolve, reject) => {
    request(`${app.url}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers as Received['headers'],
          body: Buffer.concat(chunks),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}
