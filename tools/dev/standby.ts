/**
 * Becomes the application. Until then it has loaded the packages that the application imports, which is most of the time
 * that a start takes: `npm run dev` keeps one of these waiting for the next change.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:inspector';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build = '', host = '', port = ''] = process.argv.slice(2);

const called = new Promise<void>((resolve) => process.once('message', () => resolve()));
for (const name of importedPackages()) {
  // One that is missing is the application's to report.
  await import(name).catch(() => undefined);
}
await called;
process.disconnect?.();
open(Number(port), host);
await import(pathToFileURL(join(build, 'src', 'main.js')).href);

function importedPackages(): Set<string> {
  const files = readdirSync(build, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.js'),
  );
  const imports = files.flatMap((path) => [
    ...readFileSync(join(build, path), 'utf8').matchAll(/^import\b[^'";]*["']([^'".#][^'"]*)["']/gm),
  ]);
  // TypeScript's metadata has to be there before any decorator.
  return new Set(['reflect-metadata', ...imports.map(([, name = '']) => name)]);
}
