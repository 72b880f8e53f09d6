/** `npm run zero-loss`: deploys behind a real balancer under load, and counts what is lost. Installs haproxy where it may. */
import { load, runBuilt } from './lib/run-built.mjs';

await runBuilt(async () => {
  const { measureZeroLoss } = await load('test', 'deploy', 'zero-loss.mjs');
  return measureZeroLoss();
});
