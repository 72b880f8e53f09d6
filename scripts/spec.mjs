/** `npm run spec`: writes openapi/*.json from the code; with `--check`, says whether they are up to date. */
import { load, runBuilt } from './lib/run-built.mjs';

await runBuilt(async () => {
  await load('dist', 'src', 'spec.js');
});
