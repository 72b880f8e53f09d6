import { describe, expect, it } from '@jest/globals';
import { othersWork } from './deployment-cases.js';

const IN_PROGRESS = 'another operation (install/upgrade/rollback) is in progress';

describe('Before the way back', () => {
  const before = [
    { revision: 6, status: 'superseded' },
    { revision: 7, status: 'deployed' },
  ];
  const then = (revision: number, status: string) => [...before, { revision, status }];

  it.each([
    ['an upgrade of ours failed before it made a revision', before, { upgrades: 0, failure: 'bad values' }],
    ['an upgrade of ours failed', then(8, 'failed'), { upgrades: 0, failure: 'timed out' }],
    ['an upgrade of ours was killed', then(8, 'pending-upgrade'), { upgrades: 0, failure: '' }],
    ['the test of our upgrade failed', then(8, 'deployed'), { upgrades: 1 }],
    ['our switch failed', then(9, 'failed'), { upgrades: 1, failure: 'timed out' }],
  ])('nobody else is in the way when %s', (_title, now, ours) => {
    expect(othersWork(before, now, ours)).toBe('');
  });

  it.each([
    ['deploys during our test', then(9, 'pending-upgrade'), { upgrades: 1 }],
    ['deployed during our test', then(9, 'deployed'), { upgrades: 1 }],
    ['was first', then(8, 'pending-upgrade'), { upgrades: 0, failure: `Error: ${IN_PROGRESS}` }],
    ['was first and failed', then(8, 'failed'), { upgrades: 0, failure: `Error: ${IN_PROGRESS}` }],
    ['was first, by a moment', then(8, 'failed'), { upgrades: 0, failure: 'release: already exists' }],
    ['deployed after our upgrade failed', then(8, 'deployed'), { upgrades: 0, failure: 'bad values' }],
    ['deploys after our upgrade failed', then(9, 'pending-upgrade'), { upgrades: 0, failure: 'timed out' }],
    ['goes back in our place', then(9, 'pending-rollback'), { upgrades: 1 }],
    ['removes the release', then(8, 'uninstalling'), { upgrades: 1 }],
    ['removed the release', [], { upgrades: 1 }],
    ['made it anew', [{ revision: 1, status: 'deployed' }], { upgrades: 1 }],
  ])('somebody else is in the way who %s', (_title, now, ours) => {
    expect(othersWork(before, now, ours)).not.toBe('');
  });

  it('it is said which revision somebody else made, and when', () => {
    const theirs = {
      revision: 9,
      status: 'deployed',
      updated: '2026-01-02T03:04:05Z',
      description: 'Rollback to 6',
    };

    expect(othersWork(before, [theirs], { upgrades: 1 })).toBe(
      'Revision 9 is "deployed", of 2026-01-02T03:04:05Z: Rollback to 6.',
    );
  });
});
