import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

/** As npm would run it. */
function command(script: string, ...args: string[]): Promise<unknown> {
  return promisify(execFile)(process.execPath, [script, ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

it.each([
  ['tools/scripts/start.ts'],
  ['tools/scripts/chart.ts'],
  ['tools/scripts/alerts.ts'],
  ['tools/scripts/check.ts'],
  ['tools/scripts/mutate.ts'],
  ['tools/scripts/spec-lint.ts'],
  ['tools/scripts/new.ts'],
  ['tools/scripts/sdk-check.ts'],
  ['tools/scripts/built.ts', 'dist/src/spec.js'],
  ['tools/scripts/built.ts', 'test/bench/bench.mjs', 'bench'],
  ['tools/scripts/built.ts', 'test/deploy/zero-loss.mjs', 'measureZeroLoss'],
])('%s refuses an argument that it does not know, before it does anything', async (script, ...args) => {
  await expect(command(script, ...args, '--frobnicate')).rejects.toThrow(
    /Unknown (argument|option|check|generator|measurement) ['"]--frobnicate/,
  );
});
