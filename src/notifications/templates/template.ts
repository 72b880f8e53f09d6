import { isDeepStrictEqual } from 'node:util';
import { preconditionFailed } from '#libs/problem';
import { findBuiltIn } from './built-in/built-in-templates.js';
import type { TemplateDraft } from './content/template-draft.js';
import type { NotificationTemplate } from './template.entity.js';

/** A template with its draft. A built-in one that nobody has changed has no versions and no times. */
export interface Template extends TemplateDraft {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  readonly publishedVersion: number | null;
  readonly draftChanged: boolean;
  /** Identifies what it says: no two states of any template have the same. */
  readonly revision: { readonly id: string; readonly version: number };
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

/** Whether a change applies to the template as it is now. */
export type Condition = (template: Template) => boolean;

/** What is known of a built-in template that nobody has changed. */
export const UNTOUCHED = {
  publishedVersion: null,
  draftChanged: false,
  createdAt: null,
  updatedAt: null,
};

/** @throws Problem `precondition-failed` */
export function requireExpected(isExpected: Condition, template: Template): void {
  if (!isExpected(template)) {
    throw preconditionFailed();
  }
}

export function draftOf(template: TemplateDraft): TemplateDraft {
  const { description, category, defaultLocale, variables, exampleData, contents } = template;
  return { description, category, defaultLocale, variables, exampleData, contents };
}

export function templateOf(stored: NotificationTemplate): Template {
  const { id, name, builtIn, publishedVersion, draftChanged, version, createdAt, updatedAt } = stored;
  const { description, category, defaultLocale, exampleData, contents } = stored;
  return {
    id,
    name,
    builtIn,
    description: description ?? null,
    category,
    defaultLocale,
    // The release fills in those of built-in templates, so it knows best.
    variables: (builtIn && findBuiltIn(name)?.draft.variables) || stored.variables,
    exampleData,
    contents,
    publishedVersion: publishedVersion ?? null,
    draftChanged,
    // A built-in template has the same ID and starts at version 1 each time someone changes it.
    revision: { id: `${id}-${createdAt.getTime()}`, version },
    createdAt,
    updatedAt,
  };
}

/** @returns undefined if there's no built-in template of this name */
export function builtInOf(name: string): Template | undefined {
  const builtIn = findBuiltIn(name);
  return (
    builtIn && {
      ...builtIn.draft,
      ...UNTOUCHED,
      id: builtIn.id,
      name,
      builtIn: true,
      revision: { id: `${builtIn.id}-${builtIn.fingerprint}`, version: 0 },
    }
  );
}

/** Whether two drafts would be sent alike. */
export function saysTheSame(one: TemplateDraft, other: TemplateDraft): boolean {
  const { description: _one, ...first } = one;
  const { description: _other, ...second } = other;
  return isDeepStrictEqual(first, second);
}
