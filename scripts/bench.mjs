/** `npm run bench`: prints what we reach as shares of what the machine can do, measured side by side in one run. */
import { load, runBuilt } from './lib/run-built.mjs';

await runBuilt(async () => {
  const { bench } = await load('test', 'bench', 'bench.mjs');
  return bench();
});
