import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { type ApiChange, entriesSince, removals, unannounced } from '../../tools/scripts/api-changelog.ts';

const changelog = `# API changelog

## Deprecation policy

- \`GET /v2/policy\` is not an entry.

## Unreleased

### v2

- \`GET /v2/users\` takes \`color\`.

### v1

Nothing.

## 1.5.0 (2026-12-01)

### v2

- \`GET /v2/roles\` is new.

## 1.4.0 (2026-11-26)

### v2

- \`GET /v2/keys\` is new.
`;

const change = (operation: string, path: string, id = 'new-optional-request-parameter'): ApiChange => ({
  id,
  text: 'a change',
  operation,
  path,
});

describe('A change of the API', () => {
  it('has to be announced by its method and path, in the section of its version', () => {
    const entries = entriesSince(changelog, 'v2', 'v1.5.0');
    expect(unannounced([change('GET', '/v2/users')], entries)).toEqual([]);
    const missing = [
      change('POST', '/v2/users'),
      change('GET', '/v2/users/{id}'),
      change('GET', '/v2/policy'),
    ];
    expect(unannounced(missing, entries)).toEqual(missing);
    expect(unannounced([change('GET', '/v2/users')], entriesSince(changelog, 'v1', 'v1.5.0'))).toHaveLength(
      1,
    );
  });

  it('may be announced for every operation at once', () => {
    const entries = '- Every operation returns `X-Request-Id`.';
    expect(unannounced([change('GET', '/v2/users'), change('POST', '/v2/roles')], entries)).toEqual([]);
    expect(unannounced([change('GET', '/v2/users')], 'Every operation stays.')).toHaveLength(1);
  });

  it('that is not of an operation needs any entry', () => {
    const ofAll: ApiChange = { id: 'api-security-component-added', text: 'a scheme was added' };
    expect(unannounced([ofAll], '- Something else.')).toEqual([]);
    expect(unannounced([ofAll], '')).toEqual([ofAll]);
  });

  it('has to be announced if it removes an operation, even after its Sunset', () => {
    const before = { paths: { '/v2/users': { get: {}, post: {} }, '/v2/roles': { get: {} } } };
    const gone = removals(before, { paths: { '/v2/users': { get: {} } } });
    expect(gone.map(({ operation, path }) => `${operation} ${path}`)).toEqual([
      'POST /v2/users',
      'GET /v2/roles',
    ]);
    expect(unannounced(gone, '')).toHaveLength(2);
  });

  it('needs no entry if it only arranges the documentation', () => {
    expect(unannounced([change('GET', '/v2/users', 'api-tag-added')], '')).toEqual([]);
  });

  it.each([
    ['every section above it, for a release', 'v1.4.0', ['/v2/users', '/v2/roles']],
    ['"Unreleased" alone, for another commit', 'main', ['/v2/users']],
    ['"Unreleased" alone, for the last release', 'v1.5.0', ['/v2/users']],
  ])('is looked for in %s', (_title, since, expected) => {
    const entries = entriesSince(changelog, 'v2', since);
    const paths = ['/v2/policy', '/v2/users', '/v2/roles', '/v2/keys'];
    expect(paths.filter((path) => entries.includes(path))).toEqual(expected);
  });
});

it('The changelog of the API has entries for each version', () => {
  const text = readFileSync('docs/api-changelog.md', 'utf8');
  for (const version of ['v1', 'v2']) {
    expect([version, text]).toEqual([version, expect.stringMatching(`\n### ${version}\n\n- `)]);
  }
  expect(text).toMatch(/^## Unreleased$/m);
});
