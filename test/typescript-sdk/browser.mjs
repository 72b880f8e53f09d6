import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { bringChromium, startChromium } from '../support/chromium.mjs';
import { startEnvironment } from '../support/processes.mjs';

const TSC = join('node_modules', 'typescript', 'bin', 'tsc');

/** `npm run browser`: runs the SDK in Chromium, in several tabs, against an API on another origin. */
export async function runInBrowser() {
  const chromium = await bringChromium();
  const environment = await startEnvironment();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-browser-'));
  try {
    const built = join(folder, 'sdk');
    await promisify(execFile)(process.execPath, [TSC, '-p', join('sdk', 'typescript'), '--outDir', built]);
    const page = await servePage(built);
    const { url } = await environment.startApi({
      CORS_ORIGINS: page.origin,
      RATE_LIMIT_DEFAULT: 'off',
      RATE_LIMIT_AUTH: 'off',
      LOG_LEVEL: 'warn',
    });
    // Cookies are for one site. Ports don't matter, but names do.
    const api = url.replace('127.0.0.1', 'localhost');
    const address = `${page.origin}/?${new URLSearchParams({ api })}`;
    const browser = startChromium(chromium, join(folder, 'profile'));
    const checks = await firstOf(page.result, browser, address);
    await page.stop();
    for (const { what, holds, seen } of checks) {
      console.log(`${holds ? 'ok    ' : 'FAILED'}  ${what}${holds || seen === undefined ? '' : `: ${seen}`}`);
    }
    return checks.length > 0 && checks.every(({ holds }) => holds) ? 0 : 1;
  } finally {
    await environment.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function firstOf(result, browser, address) {
  try {
    await browser.open(address);
    return await Promise.race([result, browser.failed]);
  } finally {
    await browser.stop();
  }
}

/** Serves the page and the SDK. The page posts what it has found out. */
async function servePage(built) {
  const { promise: result, resolve } = Promise.withResolvers();
  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (request.method === 'POST') {
      resolve(JSON.parse(await text(request)));
      response.end();
      return;
    }
    const isPage = pathname === '/';
    const file = isPage ? join(import.meta.dirname, 'browser.html') : join(built, pathname);
    const content = await readFile(file).catch(() => undefined);
    response.writeHead(content ? 200 : 404, { 'Content-Type': isPage ? 'text/html' : 'text/javascript' });
    response.end(content);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${server.address().port}`,
    result,
    stop: () => {
      server.closeAllConnections();
      return new Promise((stopped) => server.close(stopped));
    },
  };
}
