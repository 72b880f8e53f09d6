import { describe, expect, it } from '@jest/globals';
import { below, type ListedMutant, listedMutants, mutated, touchedBy } from '../../tools/scripts/mutants.ts';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = useTemporaryFolder();

const mutant = (file: string, more: Partial<ListedMutant> = {}): ListedMutant => ({
  file,
  description: 'the limit is one too high',
  find: 'a < b',
  replace: 'a <= b',
  tests: [`${file}.spec.ts`],
  list: `${file}.mutants.json`,
  ...more,
});

describe('a mutant', () => {
  it('is out of date unless its code occurs exactly once', () => {
    expect(mutated('if (a < b) {', mutant('x.ts'))).toBe('if (a <= b) {');
    expect(mutated('if (b > a) {', mutant('x.ts'))).toBeNull();
    expect(mutated('a < b && a < b', mutant('x.ts'))).toBeNull();
  });

  it('is found by a path at or above its file or its list', () => {
    const mutants = [
      mutant('libs/limits/a.ts'),
      mutant('libs/limits-of/b.ts'),
      mutant('c.ts', { list: 'libs/limits/l' }),
    ];
    for (const path of ['libs/limits', './libs/limits/']) {
      expect(below(path, mutants).map(({ file }) => file)).toEqual(['libs/limits/a.ts', 'c.ts']);
    }
  });

  it('is affected by a change to its file, before others, or to its tests or its list', () => {
    const mutants = [mutant('a.ts'), mutant('b.ts'), mutant('c.ts'), mutant('d.ts')];
    const changed = new Set(['a.ts.spec.ts', 'b.ts.mutants.json', 'c.ts']);
    expect(touchedBy(changed, mutants).map(({ file }) => file)).toEqual(['c.ts', 'a.ts', 'b.ts']);
  });

  it('in this project fits the code and names tests that exist', () => {
    const outdated = listedMutants('.').filter(
      ({ file, tests, ...rest }) =>
        ![file, ...tests].every((path) => existsSync(path)) ||
        mutated(readFileSync(file, 'utf8'), { file, tests, ...rest }) === null,
    );
    expect(outdated.map(({ list, description }) => `${list}: ${description}`)).toEqual([]);
  });

  it('without tests is refused', () => {
    for (const name of ['config', 'libs', 'src', 'test', 'tools']) {
      mkdirSync(join(folder.path, name));
    }
    folder.write('libs/whole.mutants.json', JSON.stringify([mutant('a.ts')]));
    expect(listedMutants(folder.path)).toMatchObject([{ file: 'a.ts', list: 'libs/whole.mutants.json' }]);
    folder.write('src/half.mutants.json', JSON.stringify([mutant('a.ts', { tests: [] })]));
    expect(() => listedMutants(folder.path)).toThrow(/src\/half\.mutants\.json: a mutant needs/);
  });
});
