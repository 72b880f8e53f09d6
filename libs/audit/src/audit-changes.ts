import { isDeepStrictEqual } from 'node:util';

/** The values of what changed, by name. */
export type AuditChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

/** What changed between two states of the same thing. @returns undefined if nothing has */
export function auditChanges<T extends object>(
  before: T,
  after: T,
  except: readonly (keyof T)[] = [],
): AuditChanges | undefined {
  const names = (Object.keys(after) as (keyof T & string)[]).filter(
    (name) => !except.includes(name) && !isDeepStrictEqual(before[name], after[name]),
  );
  return names.length === 0
    ? undefined
    : Object.fromEntries(names.map((name) => [name, { from: before[name], to: after[name] }]));
}
