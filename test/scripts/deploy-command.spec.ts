import { describe, expect, it } from '@jest/globals';
import { history, ROLLING, UPGRADED, verbs } from './deploy-answers.js';
import { type Answer, deploy } from './run-deploy.js';

const IN_PROGRESS = 'another operation (install/upgrade/rollback) is in progress';
const BLUE_SERVES = {
  ...ROLLING,
  'helm get values': { out: '{"strategy":"blueGreen","blueGreen":{"active":"blue","blue":{"tag":"1.4.0"}}}' },
  'kubectl get services': {
    out: JSON.stringify({ items: [{ spec: { selector: { 'gatehouse/colour': 'blue' } } }] }),
  },
};

describe('npm run deploy', () => {
  it('upgrades and tests, and says what serves', async () => {
    const { code, output, calls } = await deploy({ answers: ROLLING });

    expect(calls.map(verbs)).toEqual(['helm upgrade', 'helm test']);
    expect(output).toContain('cluster staging');
    expect(output).toContain('1.5.0 serves.');
    expect(code).toBe(0);
  });

  it('needs no name for the cluster', async () => {
    const { code, output } = await deploy({ answers: { ...ROLLING, 'kubectl config': { code: 1 } } });

    expect(output).toContain('cluster of the pod');
    expect(code).toBe(0);
  });

  it('goes back when the test fails, shows what the cluster knows, and exits with 1', async () => {
    const { code, output, calls } = await deploy({
      answers: ROLLING,
      afterwards: UPGRADED,
      fails: ['helm test'],
    });

    expect(calls.map(verbs)).toEqual([
      'helm upgrade',
      'helm test',
      'kubectl get',
      'kubectl logs',
      'helm rollback',
    ]);
    expect(calls.at(-1)).toContain('rollback gatehouse 3 --namespace accounts --no-hooks --wait');
    expect(output).toContain('Pod gatehouse-api-1: Failed: Back-off pulling image');
    expect(output).not.toContain('last week');
    expect(output).toContain('What served before serves.');
    expect(code).toBe(1);
  });

  it('switches back when only the switch fails, and never to another image', async () => {
    const { code, calls } = await deploy({
      answers: BLUE_SERVES,
      afterwards: { 'helm history': history({ revision: 5, status: 'failed' }) },
      values: 'strategy: blueGreen\n',
      fails: ['blueGreen.active=green'],
    });

    expect(calls.map(verbs)).toEqual([
      'helm upgrade',
      'helm test',
      'helm upgrade',
      'kubectl get',
      'kubectl logs',
      'helm upgrade',
    ]);
    expect(calls.at(-1)).toContain('blueGreen.active=blue --set-string blueGreen.blue.tag=1.4.0');
    expect(code).toBe(1);
  });

  it('exits with 2 when the way back fails as well', async () => {
    const { code, output } = await deploy({ answers: ROLLING, fails: ['helm upgrade', 'helm rollback'] });

    expect(output).toContain('Look at once what serves');
    expect(code).toBe(2);
  });

  it('leaves a first installation that failed to be looked at', async () => {
    const answers = {
      ...ROLLING,
      'helm history': { err: 'Error: release: not found\n', code: 1 },
      'kubectl get services': { out: '{"items":[]}' },
    };

    const { code, output, calls } = await deploy({ answers, fails: ['helm upgrade'] });

    expect(calls.map(verbs)).toEqual(['helm upgrade', 'kubectl get', 'kubectl logs']);
    expect(output).toContain('Nothing served before');
    expect(code).toBe(1);
  });

  it.each<[string, Answer]>([
    ['fails without a word', { code: 1 }],
    ['complains', { err: 'Error from server (Forbidden): events is forbidden', code: 1 }],
    ['answers half', { out: '{"items":[{"kind":"Ev' }],
    ['answers something else', { out: '{}' }],
  ])('goes back even if kubectl %s when it is asked for the cause', async (_title, events) => {
    const answers = { ...ROLLING, 'kubectl get events': events };

    const fails = ['helm test', 'kubectl'];
    const { code, output, calls } = await deploy({ answers, afterwards: UPGRADED, fails });

    expect(output).toContain('since the start:\nunknown: ');
    expect(calls.at(-1)).toContain('helm rollback gatehouse 3');
    expect(code).toBe(1);
  });

  it('goes back even if helm can not say whether somebody else deploys', async () => {
    const afterwards = { 'helm history': { err: 'Kubernetes cluster unreachable', code: 1 } };

    const { code, calls } = await deploy({ answers: ROLLING, afterwards, fails: ['helm test'] });

    expect(calls.at(-1)).toContain('helm rollback gatehouse 3');
    expect(code).toBe(1);
  });

  it.each([
    ['deploys while it is tested', ROLLING, ['helm test']],
    [
      'deployed first',
      { ...ROLLING, 'helm upgrade': { err: `Error: UPGRADE FAILED: ${IN_PROGRESS}`, code: 1 } },
      [],
    ],
  ])('leaves the release to somebody else who %s, and exits with 2', async (_title, answers, fails) => {
    const theirs = { revision: 5, status: 'pending-upgrade', description: 'Preparing upgrade' };

    const { code, output, calls } = await deploy({
      answers,
      afterwards: { 'helm history': history(theirs) },
      fails,
    });

    expect(calls.join('\n')).not.toContain('rollback');
    expect(output).toContain('Revision 5 is "pending-upgrade": Preparing upgrade.');
    expect(output).toContain('helm rollback gatehouse 3 --namespace accounts');
    expect(code).toBe(2);
  });

  it('says where values are not YAML, and shows nothing of them', async () => {
    const values = 'a: 1\npassword: "abc: {[unfinished\nb: *secret-alias\n';

    const { code, output } = await deploy({ answers: ROLLING, values });

    expect(output).toContain('is not YAML: ');
    expect(output).not.toMatch(/unfinished|secret-alias/);
    expect(code).toBe(1);
  });

  it.each([
    [
      'no cluster',
      { answers: { ...ROLLING, 'helm history': { err: 'Kubernetes cluster unreachable', code: 1 } } },
      'Set KUBECONFIG',
    ],
    ['no helm', { answers: ROLLING, without: 'helm' }, 'There is no helm on the PATH'],
    ['no kubectl', { answers: ROLLING, without: 'kubectl' }, 'There is no kubectl on the PATH'],
    ['values that are not YAML', { answers: ROLLING, values: 'a: [' }, 'is not YAML'],
    ['no version', { answers: ROLLING, args: ['--version', ''] }, '--version is missing'],
    ['a version that moves', { answers: ROLLING, args: ['--version', 'latest'] }, 'and not "latest"'],
    [
      'a version that is more than that',
      { answers: ROLLING, args: ['--version', '1,image.pullPolicy=Never'] },
      'has to be the tag',
    ],
    [
      'another values file',
      { answers: ROLLING, args: ['--values', 'missing.yaml'] },
      'There is no file missing.yaml',
    ],
    [
      'an option that it does not know',
      { answers: ROLLING, args: ['--strategie', 'x'] },
      'npm run deploy -- --namespace',
    ],
  ])('says the way out of %s, and changes nothing', async (_title, situation, sentence) => {
    const { code, output, calls } = await deploy(situation);

    expect(output).toContain(sentence);
    expect(calls).toEqual([]);
    expect(code).toBe(1);
  });
});
