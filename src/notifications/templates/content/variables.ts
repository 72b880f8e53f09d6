import { isJsonObject, type JsonObject, memberPointer, unknownMember } from '#libs/json';
import type { InvalidMember } from '#libs/problem';
import { isInstant, isWebUrl } from '#libs/text';
import type { TemplateDraft, TemplateVariable, VariableType } from './template-draft.js';

type Variables = TemplateDraft['variables'];

const EXPECTED: Readonly<Record<VariableType, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  url: 'an http or https URL',
  'date-time': 'an RFC 3339 date and time, such as 2026-11-22T09:30:00Z',
  array: 'a list',
  object: 'an object',
};

/**
 * What's wrong with values for the variables of a template.
 * @param pointer to the values
 * @param isPartial whether any of them may be left out
 */
export function invalidData(
  variables: Variables,
  data: JsonObject,
  pointer: string,
  { isPartial = false } = {},
): InvalidMember[] {
  const errors: InvalidMember[] = Object.keys(data)
    .filter((name) => !Object.hasOwn(variables, name))
    .map((name) => unknownMember(memberPointer(pointer, name)));
  for (const [name, variable] of Object.entries(variables)) {
    const error = errorOf(variable, valueIn(data, name), isPartial);
    if (error) {
      errors.push({ pointer: memberPointer(pointer, name), ...error });
    }
  }
  return errors;
}

/** What is the same in every template. */
interface GlobalValues {
  readonly to: Parameters<typeof recipientOf>[0];
  readonly site: string;
  /** Where the reader turns off emails like this one, if they can. */
  readonly unsubscribeUrl?: string | undefined;
}

/** The values that a template can use: of its own variables, and of those that every template has. */
export function templateValues(
  variables: Variables,
  data: JsonObject,
  { to, site, unsubscribeUrl }: GlobalValues,
): object {
  const recipient = recipientOf(to);
  return { ...valuesOf(variables, data), recipient, site, unsubscribeUrl: unsubscribeUrl ?? null };
}

/** The variables with their values, or null for those without. */
function valuesOf(variables: Variables, data: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(variables).map((name) => [name, valueIn(data, name)]));
}

/** Null if there's none. Variables may be called `constructor`. */
function valueIn(data: JsonObject, name: string): unknown {
  return Object.hasOwn(data, name) ? (data[name] ?? null) : null;
}

function errorOf(
  { type, optional = false }: TemplateVariable,
  value: unknown,
  isPartial: boolean,
): { readonly code: string; readonly message: string } | undefined {
  if (value === null) {
    return optional || isPartial ? undefined : { code: 'required', message: 'is required' };
  }
  return isOfType(type, value) ? undefined : { code: 'wrong-type', message: `must be ${EXPECTED[type]}` };
}

/** The variable `recipient` of every template. */
export function recipientOf({
  displayName,
  email,
  locale,
}: {
  readonly displayName: string | null | undefined;
  readonly email: string;
  readonly locale: string;
}): object {
  return { displayName: displayName ?? null, email, locale };
}

function isOfType(type: VariableType, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    case 'url':
      return typeof value === 'string' && isWebUrl(value);
    case 'date-time':
      return typeof value === 'string' && isInstant(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
  }
}
