import { describe, expect, it } from '@jest/globals';
import { ROLLING, UPGRADED, verbs } from './deploy-answers.js';
import { deploy } from './run-deploy.js';

describe('npm run deploy that is told to end', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    'goes the way back, and at once, when it gets a %s',
    async (signal) => {
      const { code, calls } = await deploy({ answers: ROLLING, endsBySignal: ['helm upgrade'], signal });

      expect(calls.map(verbs)).toEqual(['helm upgrade', 'helm rollback']);
      expect(code).toBe(1);
    },
  );

  it('goes the way back when nobody reads its output any more', async () => {
    const { code, calls } = await deploy({ answers: ROLLING, endsBySignal: ['helm upgrade'] });

    expect(calls.map(verbs)).toEqual(['helm upgrade', 'helm rollback']);
    expect(code).toBe(1);
  });

  it('begins nothing more after a signal, even if what ran ended well', async () => {
    const { code, calls } = await deploy({
      answers: ROLLING,
      afterwards: UPGRADED,
      outlivesSignal: ['helm upgrade'],
      signal: 'SIGTERM',
    });

    expect(calls.map(verbs)).toEqual(['helm upgrade', 'helm rollback']);
    expect(code).toBe(1);
  });

  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    'lets nothing end the way back, not even a %s',
    async (signal) => {
      const { code, calls } = await deploy({
        answers: ROLLING,
        afterwards: UPGRADED,
        fails: ['helm test'],
        sparedBySignal: ['helm rollback'],
        signal,
      });

      expect(calls.map(verbs)).toEqual([
        'helm upgrade',
        'helm test',
        'kubectl get',
        'kubectl logs',
        'helm rollback',
      ]);
      expect(code).toBe(1);
    },
  );
});
