/** What docs/api-changelog.md must say about changes of the OpenAPI documents. Pure functions. */

import type { Document } from './spec-rules.ts';

/** A change that oasdiff found. */
export interface ApiChange {
  readonly id: string;
  readonly text: string;
  /** The method. Missing, like the path, if the change isn't of one operation. */
  readonly operation?: string;
  readonly path?: string;
}

/** Only arrange the documentation. */
const INVISIBLE: ReadonlySet<string> = new Set(['api-tag-added', 'api-tag-removed']);

/**
 * The changes without an entry. An entry names its operations, such as `GET /v2/users`, or says "every operation".
 *
 * @param entries what the changelog says about this API version since the release
 */
export function unannounced(changes: readonly ApiChange[], entries: string): ApiChange[] {
  const hasEntry = /^- /m.test(entries);
  const coversAll = hasEntry && /\bevery operation\b/i.test(entries);
  return changes.filter(({ id, operation, path }) => {
    const isAnnounced =
      operation && path ? coversAll || entries.includes(`\`${operation} ${path}\``) : hasEntry;
    return !INVISIBLE.has(id) && !isAnnounced;
  });
}

/**
 * The entries of an API version in the sections above that of a release.
 *
 * @param version such as `v2`
 * @param since a tag such as `v1.4.0`, or another commit, after which only "Unreleased" is new
 */
export function entriesSince(changelog: string, version: string, since: string): string {
  const sections = sectionsOf(changelog, '## ');
  const last = sections.findIndex(([title]) => title.split(' ')[0] === since.replace(/^v/, ''));
  return sections
    .slice(0, last < 0 ? sections.findIndex(([title]) => title === 'Unreleased') + 1 : last)
    .flatMap(([, text]) => sectionsOf(text, '### '))
    .filter(([title]) => title === version)
    .map(([, text]) => text)
    .join('\n');
}

/** The operations that are gone. oasdiff doesn't report those whose Sunset is over. */
export function removals(before: Pick<Document, 'paths'>, after: Pick<Document, 'paths'>): ApiChange[] {
  return Object.entries(before.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((method) => !(method in (after.paths[path] ?? {})))
      .map((method) => ({ id: 'removed', text: 'removed', operation: method.toUpperCase(), path })),
  );
}

function sectionsOf(text: string, mark: string): [title: string, text: string][] {
  return `\n${text}`
    .split(`\n${mark}`)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      return [title.trim(), lines.join('\n')];
    });
}
