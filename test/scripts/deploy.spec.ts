import { describe, expect, it } from '@jest/globals';
import { deploy } from './fake-cluster.js';

const ROLLING = { history: [{ revision: 1, status: 'deployed', values: { image: { tag: '1.4.0' } } }] };
const BLUE = { strategy: 'blueGreen', blueGreen: { active: 'blue', blue: { tag: '1.4.0' } } };
const BLUE_GREEN = {
  history: [{ revision: 1, status: 'deployed', values: BLUE }],
  serving: 'blue',
  values: 'strategy: blueGreen',
};
const BLUE_1_4 = 'blueGreen.blue.tag=1.4.0,blueGreen.blue.digest=';
const GREEN_1_5 = 'blueGreen.green.tag=1.5.0,blueGreen.green.digest=';

/** The commands that change or test something, without options. */
const steps = ({ calls }: { calls: string[] }): string[] =>
  calls.filter((call) => !call.startsWith('kubectl')).map((call) => call.split(' --namespace')[0] ?? '');

const setIn = (call: string | undefined): string => /--set-string (\S+)/.exec(call ?? '')?.[1] ?? '';

describe('npm run deploy', () => {
  it('upgrades, waits and tests, and leaves a failed upgrade to Helm', async () => {
    const result = await deploy(ROLLING);
    expect(steps(result)).toEqual([expect.stringContaining('helm upgrade gatehouse'), 'helm test gatehouse']);
    expect(result.calls[0]).toContain(
      '--install --namespace accounts --wait --timeout 10m --values /values.yaml',
    );
    expect(result.calls[0]).toContain('--atomic');
    expect(setIn(result.calls[0])).toBe('image.tag=1.5.0,image.digest=');
    expect(result.output).toContain('1.5.0 is live.');
    expect(result.code).toBe(0);
  });

  it('uses the digest, and the chart of the same version from a registry', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const args = ['--digest', digest, '--chart', 'oci://registry.acme.test/gatehouse'];
    const { calls } = await deploy({ ...ROLLING, args });
    expect(calls[0]).toContain('oci://registry.acme.test/gatehouse');
    expect(calls[0]).toContain('--version 1.5.0');
    expect(setIn(calls[0])).toBe(`image.tag=1.5.0,image.digest=${digest}`);
  });

  it('shows why the upgrade failed, and that Helm has rolled it back', async () => {
    const result = await deploy({ ...ROLLING, fails: ['upgrade'] });
    expect(result.calls.map((call) => call.split(' ', 2).join(' '))).toEqual([
      'helm upgrade',
      'kubectl get',
      'kubectl logs',
    ]);
    expect(result.output).toContain('What was live before still is.');
    expect(result.code).toBe(1);
  });

  it('exits with 2 if Helm could not roll back', async () => {
    const { code, output } = await deploy({ ...ROLLING, fails: ['upgrade', '--atomic'] });
    expect(output).toContain('Revision 2 is "failed"');
    expect(code).toBe(2);
  });

  it('rolls back to the revision that was live if the test fails, past failed ones', async () => {
    const history = [...ROLLING.history, { revision: 2, status: 'failed' }];
    const result = await deploy({ history, fails: ['helm test'], missing: ['kubectl'] });
    expect(steps(result).at(-1)).toBe('helm rollback gatehouse 1');
    expect(result.code).toBe(1);
    expect((await deploy({ ...ROLLING, fails: ['helm test', 'rollback'] })).code).toBe(2);
  });

  it('leaves a failed first installation for inspection', async () => {
    const result = await deploy({ fails: ['upgrade'] });
    expect(steps(result)).toHaveLength(1);
    expect(result.calls[0]).not.toContain('--atomic');
    expect(result.output).toContain('Nothing was live before');
    expect(result.code).toBe(1);
  });

  it('does not roll back what someone else deploys, and exits with 2', async () => {
    const result = await deploy({ ...ROLLING, fails: ['helm test'], raced: 'helm test' });
    expect(steps(result).at(-1)).toBe('helm test gatehouse');
    expect(result.output).toContain('Revision 3 is "pending-upgrade"');
    expect(result.output).toContain('helm rollback gatehouse 1');
    expect(result.code).toBe(2);
  });

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP'])('lets Helm roll back on %s', async (signal) => {
    const result = await deploy({ ...ROLLING, hangs: 'upgrade', signal });
    expect(steps(result)).toHaveLength(1);
    expect(result.output).toContain('Interrupted');
    expect(result.output).toContain('What was live before still is.');
    expect(result.code).toBe(1);
  });

  it('rolls back if the test is interrupted, and does not interrupt a rollback', async () => {
    const interrupted = await deploy({ ...ROLLING, hangs: 'helm test', signal: 'SIGINT' });
    expect(steps(interrupted).at(-1)).toBe('helm rollback gatehouse 1');
    expect(interrupted.code).toBe(1);
    const again = await deploy({ ...ROLLING, fails: ['helm test'], hangs: 'rollback', signal: 'SIGINT' });
    expect(again.output).toContain('What was live before still is.');
    expect(again.code).toBe(1);
  });

  describe('with strategy blueGreen', () => {
    it('starts the new version beside the old one, tests it, switches, and tests again', async () => {
      const result = await deploy(BLUE_GREEN);
      expect(steps(result).map((step) => step.split(' ', 2)[1])).toEqual([
        'upgrade',
        'test',
        'upgrade',
        'test',
      ]);
      expect(setIn(result.calls[0])).toBe(`${BLUE_1_4},${GREEN_1_5},blueGreen.active=blue`);
      expect(setIn(result.calls[2])).toBe(`${BLUE_1_4},${GREEN_1_5},blueGreen.active=green`);
      expect(result.calls[2]).toContain('--no-hooks');
      expect(result.code).toBe(0);
    });

    it('never switches if the test of the new version fails', async () => {
      const result = await deploy({ ...BLUE_GREEN, fails: ['helm test'] });
      expect(result.calls.join('\n')).not.toContain('active=green');
      expect(steps(result).at(-1)).toBe('helm rollback gatehouse 1');
      expect(result.code).toBe(1);
    });

    it('goes back to the old color if the test after the switch fails', async () => {
      const result = await deploy({ ...BLUE_GREEN, fails: ['(call 4)'] });
      // Revision 2 has both colors, and the old one is live.
      expect(steps(result).at(-1)).toBe('helm rollback gatehouse 2');
      expect(result.code).toBe(1);
    });

    it('leaves a failed switch to Helm', async () => {
      const result = await deploy({ ...BLUE_GREEN, fails: ['active=green'] });
      expect(steps(result)).toHaveLength(3);
      expect(result.calls[2]).toContain('--atomic');
      expect(result.code).toBe(1);
    });

    it('starts with the color in the values, or with blue', async () => {
      const named = await deploy({ values: 'strategy: blueGreen\nblueGreen: { active: green }' });
      expect(setIn(named.calls[0])).toBe(
        `blueGreen.blue.tag=,blueGreen.blue.digest=,${GREEN_1_5},blueGreen.active=green`,
      );
      const { calls } = await deploy({ values: 'strategy: blueGreen' });
      expect(setIn(calls[0])).toContain('blueGreen.blue.tag=1.5.0');
      expect(calls).toHaveLength(2);
    });
  });

  it.each([
    ['a machine without Helm', { missing: ['helm'] }, 'helm is not installed'],
    ['a change of strategy', { ...BLUE_GREEN, ...ROLLING }, 'has the strategy rolling'],
    [
      'a color that was switched without Helm',
      { ...BLUE_GREEN, serving: 'green' },
      'green is live, but the release says blue',
    ],
    ['values that are not YAML', { ...ROLLING, values: 'password: "abc: {[secret\n' }, 'values.yaml: '],
    [
      'a missing values file',
      { ...ROLLING, args: ['--values', 'missing.yaml'] },
      'Cannot read missing.yaml: ENOENT',
    ],
    ['no version', { ...ROLLING, args: ['--version', ''] }, 'Give --namespace, --version'],
    ['a version that moves', { ...ROLLING, args: ['--version', 'latest'] }, 'not "latest"'],
    [
      'a version with more settings',
      { ...ROLLING, args: ['--version', '1,image.pullPolicy=Never'] },
      'Give --namespace',
    ],
    ['an unknown option', { ...ROLLING, args: ['--strategie', 'x'] }, "Unknown option '--strategie'"],
  ])('rejects %s before it changes anything', async (_title, situation, message) => {
    const { code, output, calls } = await deploy(situation);
    expect(output).toContain(message);
    expect(output).not.toMatch(/secret|    at /);
    expect(calls).toEqual([]);
    expect(code).toBe(1);
  });
});
