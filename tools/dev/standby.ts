/**
 * Becomes the application. Until then it has loaded the packages that the application imports, which is most of the time
 * that a start takes: `npm run dev` keeps one of these waiting for the next change.
 */
import { open } from 'node:inspector';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build = '', host = '', port = '', ...packages] = process.argv.slice(2);

const called = new Promise<void>((resolve) => process.once('message', () => resolve()));
// TypeScript's metadata has to be there before any decorator.
for (const name of ['reflect-metadata', ...packages]) {
  // One that is missing is the application's to report.
  await import(name).catch(() => undefined);
}
await called;
process.disconnect?.();
open(Number(port), host);
await import(pathToFileURL(join(build, 'src', 'main.js')).href);
