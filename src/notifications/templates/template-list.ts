import type { PageRequest } from '#libs/database';
import type { BuiltInTemplate } from './built-in/built-in-templates.js';
import { UNTOUCHED } from './template.js';
import type { TemplateSummary } from './template.repository.js';

/** The page of all templates, given that of the stored ones. Those that are stored replace the built-in ones. */
export function withBuiltIns(
  rows: readonly TemplateSummary[],
  builtIn: readonly BuiltInTemplate[],
  { limit, position }: PageRequest,
): TemplateSummary[] {
  const backwards = position?.direction === 'before';
  const all = new Map<string, TemplateSummary>(
    builtIn
      .filter(({ id }) => !position || (backwards ? id < position.id : id > position.id))
      .map(({ id, name, draft: { description, category, defaultLocale, contents } }) => [
        id,
        {
          ...UNTOUCHED,
          id,
          name,
          builtIn: true,
          description,
          category,
          defaultLocale,
          locales: Object.keys(contents),
        },
      ]),
  );
  rows.forEach((row) => all.set(row.id, row));
  const sorted = [...all.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  return (backwards ? sorted.reverse() : sorted).slice(0, limit + 1);
}
