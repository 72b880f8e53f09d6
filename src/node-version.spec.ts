import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

function requiring(version: string): Promise<unknown> {
  const script = `import('./dist/src/node-version.js').then((module) => module.requireNode('${version}'))`;
  return promisify(execFile)(process.execPath, ['--eval', script]);
}

describe('the version of Node.js', () => {
  it('ends the process with a sentence if it is too old', async () => {
    await expect(requiring('20.20.2')).rejects.toThrow(
      'Gatehouse needs Node.js 24 or newer, and this is 20.20.2.',
    );
    await requiring('24.0.0');
  });

  it.each(['main', 'main.api', 'main.worker', 'main.notifications', 'migrate'])(
    'is checked by %s before anything is linked that an older one lacks',
    (name) => {
      const imports = readFileSync(`dist/src/${name}.js`, 'utf8').matchAll(/^import .* from '([^']+)'/gm);
      const others = [...imports].map(([, path]) => path).filter((path) => path !== 'node:os');
      expect(others).toEqual(['./node-version.js']);
    },
  );
});
