import { describe, expect, it } from '@jest/globals';
import {
  ASKED,
  BLUE_GREEN,
  BLUE_SERVES,
  NOTHING,
  planDeployment,
  ROLLS,
  type Stage,
} from './deployment-cases.js';

const SWITCHED_BY_HAND = {
  ...BLUE_SERVES,
  values: {
    strategy: 'blueGreen',
    blueGreen: { active: 'blue', blue: { tag: '1.4.0' }, green: { tag: '1.4.1' } },
  },
  serving: 'green',
};

describe('A rolling deployment', () => {
  it('upgrades and tests, and goes back to the revision that served', () => {
    const { stages } = planDeployment(ASKED, ROLLS);

    expect(stages.map(summary)).toEqual([
      'upgrade image.tag=1.5.0 image.digest= | rollback 3 --no-hooks',
      'test | rollback 3 --no-hooks',
    ]);
    expect(stages[0]?.helm).toEqual(
      expect.arrayContaining(['--values', 'production.yaml', '--wait', '--timeout']),
    );
  });

  it('names the digest beside the tag, when there is one', () => {
    const [upgrade] = planDeployment({ ...ASKED, digest: 'sha256:ab' }, ROLLS).stages;

    expect(upgrade?.helm).toEqual(expect.arrayContaining(['image.tag=1.5.0', 'image.digest=sha256:ab']));
  });

  it('has no way back from the first installation, even when that is tried again', () => {
    const failed = { ...NOTHING, history: [{ revision: 1, status: 'failed' }] };

    for (const found of [NOTHING, failed]) {
      const { stages } = planDeployment(ASKED, found);
      expect(stages.map(({ back }) => back)).toEqual([undefined, undefined]);
      expect(stages[0]?.helm).toContain('--install');
    }
  });

  it('goes back over what failed to what was deployed before it', () => {
    const history = [...ROLLS.history, { revision: 4, status: 'failed' }];

    const { stages } = planDeployment(ASKED, { ...ROLLS, history });

    expect(stages[0]?.back?.helm.slice(0, 3)).toEqual(['rollback', 'gatehouse', '3']);
  });

  it('takes the chart of the same version from a registry', () => {
    const [upgrade] = planDeployment({ ...ASKED, chart: 'oci://registry.acme.test/gatehouse' }, ROLLS).stages;

    expect(upgrade?.helm.join(' ')).toContain(
      'oci://registry.acme.test/gatehouse --install --namespace accounts --version 1.5.0',
    );
  });
});

describe('A blue-green deployment', () => {
  it('starts the other colour, tests it, switches and tests again; each failure has its way back', () => {
    const { stages, result } = planDeployment(BLUE_GREEN, BLUE_SERVES);

    expect(stages.map(summary)).toEqual([
      'upgrade active=blue blue.tag=1.4.0 green.tag=1.5.0 | rollback 7 --no-hooks',
      'test | rollback 7 --no-hooks',
      'upgrade active=green blue.tag=1.4.0 green.tag=1.5.0 --no-hooks | upgrade active=blue blue.tag=1.4.0 green.tag=1.5.0 --no-hooks',
      'test | upgrade active=blue blue.tag=1.4.0 green.tag=1.5.0 --no-hooks',
    ]);
    expect(result).toContain('blue (1.4.0) stays');
  });

  it('begins with the colour that the values name, or with blue', () => {
    const named = { ...BLUE_GREEN, settings: { strategy: 'blueGreen', active: 'green' } };

    expect(planDeployment(named, NOTHING).stages.map(summary)).toEqual([
      'upgrade active=green green.tag=1.5.0',
      'test',
    ]);
    expect(planDeployment(BLUE_GREEN, NOTHING).stages.map(summary)).toEqual([
      'upgrade active=blue blue.tag=1.5.0',
      'test',
    ]);
  });

  it('believes the Service rather than the values: somebody may have switched it by hand', () => {
    const stale = { ...BLUE_GREEN, settings: { strategy: 'blueGreen', active: 'blue' } };

    const { stages } = planDeployment(stale, SWITCHED_BY_HAND);

    // A rollback would bring back helm's record, and with it the colour that people were taken off.
    const back = 'upgrade active=green blue.tag=1.4.0 green.tag=1.4.1 --no-hooks';
    expect(stages.slice(0, 2).map(summary)).toEqual([
      `upgrade active=green blue.tag=1.5.0 green.tag=1.4.1 | ${back}`,
      `test | ${back}`,
    ]);
  });

  it('keeps what was switched by hand when it only applies the values, too', () => {
    const { stages } = planDeployment({ ...BLUE_GREEN, version: '1.4.1' }, SWITCHED_BY_HAND);

    const back = 'upgrade active=green blue.tag=1.4.0 green.tag=1.4.1 --no-hooks';
    expect(stages.map(summary)).toEqual([
      `upgrade active=green blue.tag=1.4.0 green.tag=1.4.1 | ${back}`,
      `test | ${back}`,
    ]);
  });

  it('keeps what was switched by hand when it retires, too, and takes nothing from files for that', () => {
    const { stages } = planDeployment({ ...ASKED, retire: true }, SWITCHED_BY_HAND);

    const back = 'upgrade active=green blue.tag=1.4.0 green.tag=1.4.1 --no-hooks';
    expect(stages.map(summary)).toEqual([
      `upgrade active=green green.tag=1.4.1 --no-hooks | ${back}`,
      `test | ${back}`,
    ]);
    expect(stages[0]?.back?.helm).toContain('--reset-then-reuse-values');
    expect(stages[0]?.back?.helm).not.toContain('--values');
  });

  it('only applies the values when the version serves already, and leaves both colours', () => {
    const { stages } = planDeployment({ ...BLUE_GREEN, version: '1.4.0' }, BLUE_SERVES);

    expect(stages.map(summary)).toEqual([
      'upgrade active=blue blue.tag=1.4.0 | rollback 7 --no-hooks',
      'test | rollback 7 --no-hooks',
    ]);
  });

  it('deploys the same version again when it is another image', () => {
    const { stages } = planDeployment({ ...BLUE_GREEN, version: '1.4.0', digest: 'sha256:ab' }, BLUE_SERVES);

    expect(stages).toHaveLength(4);
  });

  it('retires the colour that does not serve, and takes nothing from files for it', () => {
    const both = { active: 'green', blue: { tag: '1.4.0' }, green: { tag: '1.5.0' } };
    const found = { ...BLUE_SERVES, values: { strategy: 'blueGreen', blueGreen: both }, serving: 'green' };

    const { stages } = planDeployment({ ...ASKED, retire: true }, found);

    expect(stages.map(summary)).toEqual([
      'upgrade active=green green.tag=1.5.0 --no-hooks | rollback 7 --no-hooks',
      'test | rollback 7 --no-hooks',
    ]);
    expect(stages[0]?.helm).toContain('--reset-then-reuse-values');
    expect(stages[0]?.helm).not.toContain('--values');
  });
});

/** What matters of a stage, short enough to be compared at a glance. */
function summary(stage: Stage | undefined): string {
  return [stage?.helm, stage?.back?.helm]
    .filter((command) => command !== undefined)
    .map(short)
    .join(' | ');
}

function short([verb, , ...rest]: string[]): string {
  const wanted = rest.filter(
    (word) =>
      (/^(blueGreen|image)\./.test(word) && !/^blueGreen\..+=$/.test(word)) ||
      word === '--no-hooks' ||
      /^\d+$/.test(word),
  );
  return [verb, ...wanted.map((word) => word.replace('blueGreen.', ''))].join(' ');
}
