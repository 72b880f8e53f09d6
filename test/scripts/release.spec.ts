import { describe, expect, it } from '@jest/globals';
import { disagreements, notes } from '../../tools/scripts/release-facts.ts';
import { lastRelease } from '../../tools/scripts/releases.ts';

describe('The last release', () => {
  it.each([
    ['the newest by version, not by name', ['v1.9.0', 'v1.10.0', 'v1.2.0'], [], 'v1.10.0'],
    ['the one before, for a release itself', ['v1.4.0', 'v1.5.0'], ['v1.5.0'], 'v1.4.0'],
    ['no pre-release', ['v1.4.0', 'v2.0.0-beta.1'], [], 'v1.4.0'],
    ['no other tag', ['v1', 'deployed', ''], [], undefined],
  ])('is %s', (_title, contained, own, expected) => {
    expect(lastRelease(contained, own)).toBe(expected);
  });
});

describe('A tag', () => {
  it('is released only if every file has its version', () => {
    expect(disagreements('v1.5.0', { 'package.json': '1.5.0', 'Chart.yaml': '1.5.0' })).toEqual([]);
    expect(disagreements('v1.5.0', { 'package.json': '1.5.0', 'Chart.yaml': '1.4.0' })).toEqual([
      'Chart.yaml is 1.4.0, not 1.5.0.',
    ]);
  });

  it('has the format of a release', () => {
    expect(disagreements('1.5.0', { 'package.json': '1.5.0' })[0]).toContain('not a release tag');
    expect(disagreements('v2.0.0-beta.1', { 'package.json': '2.0.0-beta.1' })).toEqual([]);
  });
});

it('Release notes list the commits from first to last, and where to get image and chart', () => {
  const text = notes({
    version: '1.5.0',
    since: 'v1.4.0',
    subjects: ['Second', 'First'],
    image: 'registry.acme.test/gatehouse',
  });

  expect(text).toContain('## Changes since v1.4.0\n\n- First\n- Second\n');
  expect(text).toContain('docker pull registry.acme.test/gatehouse:1.5.0');
});
