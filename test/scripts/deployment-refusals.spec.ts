import { describe, expect, it } from '@jest/globals';
import { ASKED, BLUE_GREEN, BLUE_SERVES, NOTHING, planDeployment, ROLLS } from './deployment-cases.js';

describe('What can not be deployed', () => {
  it.each([
    ['a change of the strategy', BLUE_GREEN, ROLLS, 'deploy under a second name'],
    ['the other change of the strategy', ASKED, BLUE_SERVES, 'deploy under a second name'],
    [
      'an upgrade under way',
      ASKED,
      { ...ROLLS, history: [...ROLLS.history, { revision: 4, status: 'pending-upgrade' }] },
      'helm rollback gatehouse 3 --namespace accounts --no-hooks --wait',
    ],
    [
      'a first installation that was cut off',
      ASKED,
      { ...NOTHING, history: [{ revision: 1, status: 'pending-install' }] },
      'helm uninstall gatehouse',
    ],
    [
      'a colour that helm knows no image for',
      BLUE_GREEN,
      { ...BLUE_SERVES, serving: 'green' },
      'names no image for it',
    ],
    ['nothing to retire', { ...BLUE_GREEN, retire: true }, BLUE_SERVES, 'nothing to retire'],
    [
      'a rolling release to retire from',
      { ...ASKED, retire: true },
      ROLLS,
      'Only a release with strategy blueGreen',
    ],
    [
      'no release to retire from',
      { ...ASKED, retire: true },
      NOTHING,
      'Only a release with strategy blueGreen',
    ],
  ])('says the way out of %s', (_title, asked, found, sentence) => {
    expect(() => planDeployment(asked, found)).toThrow(sentence);
  });
});
