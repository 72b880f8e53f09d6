import { isDeepStrictEqual } from 'node:util';
import type { AuditChanges } from '../audit/index.js';
import type { Profile } from './profile.js';

const UNCHANGED: ReadonlySet<string> = new Set(['version', 'updatedAt']);

/** What changed, for the audit log. @returns undefined if nothing has */
export function changesBetween(before: Profile, after: Profile): AuditChanges | undefined {
  const changed = Object.entries(after).filter(
    ([name, to]) => !UNCHANGED.has(name) && !isDeepStrictEqual(before[name as keyof Profile], to),
  );
  return changed.length === 0
    ? undefined
    : Object.fromEntries(changed.map(([name, to]) => [name, { from: before[name as keyof Profile], to }]));
}
