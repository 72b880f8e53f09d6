import { describe, expect, it } from '@jest/globals';
import { loadScript } from './load.js';

const { disagreements, notes } = await loadScript<{
  disagreements: (tag: string, versions: Record<string, string>) => string[];
  notes: (facts: object) => string;
}>('release-facts');
const { lastRelease, withSunsets } = await loadScript<{
  lastRelease: (contained: string[], own: string[]) => string | undefined;
  withSunsets: (document: object) => { paths: Record<string, Record<string, Record<string, unknown>>> };
}>('spec-rules');

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
  it('is released only when every file says its version', () => {
    expect(disagreements('v1.5.0', { 'package.json': '1.5.0', 'Chart.yaml': '1.5.0' })).toEqual([]);
    expect(disagreements('v1.5.0', { 'package.json': '1.5.0', 'Chart.yaml': '1.4.0' })).toEqual([
      'Chart.yaml says 1.4.0, not 1.5.0.',
    ]);
  });

  it('has the form of a release', () => {
    expect(disagreements('1.5.0', { 'package.json': '1.5.0' })[0]).toContain('not the tag of a release');
    expect(disagreements('v2.0.0-beta.1', { 'package.json': '2.0.0-beta.1' })).toEqual([]);
  });
});

it('Notes list the commits from the first to the last, and where to get what was published', () => {
  const text = notes({
    version: '1.5.0',
    since: 'v1.4.0',
    subjects: ['Second', 'First'],
    image: 'registry.acme.test/gatehouse',
  });

  expect(text).toContain('## Changes since v1.4.0\n\n- First\n- Second\n');
  expect(text).toContain('docker pull registry.acme.test/gatehouse:1.5.0');
});

it('The Sunset of a deprecated operation is said where the comparison looks for it', () => {
  const headers = { Sunset: { example: 'Mon, 22 Nov 2027 00:00:00 GMT' } };
  const document = {
    paths: {
      '/old': { get: { deprecated: true, responses: { 401: {}, 200: { headers } } } },
      '/new': { get: { responses: { 200: {} } } },
    },
  };

  const { paths } = withSunsets(document);

  expect(paths['/old']?.['get']?.['x-sunset']).toBe('2027-11-22');
  expect(paths['/new']?.['get']).not.toHaveProperty('x-sunset');
});
