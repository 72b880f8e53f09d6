/** Prints, as JSON, the packages that importing a built file loads. Usage: node loaded-packages.mjs dist/src/….js */
import 'reflect-metadata';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const packages = new Set();
let modules = 0;
registerHooks({
  load(url, context, next) {
    modules += 1;
    const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    packages.add(name ?? 'own');
    return next(url, context);
  },
});
for (const file of process.argv.slice(2)) {
  await import(pathToFileURL(resolve(file)).href);
}
process.stdout.write(JSON.stringify({ modules, packages: [...packages] }), () => process.exit());
