import { isInstant, withColonInOffset } from '#libs/text';
import { type FieldOptions, StringField } from './fields.js';

const RULE = {
  code: 'invalid-date-time',
  test: isInstant,
  message: 'must be an RFC 3339 date and time, such as 2026-11-22T09:30:00Z',
};

/** An instant. `instantOf` converts it. */
export function InstantField(options: FieldOptions): PropertyDecorator {
  return StringField({
    ...options,
    format: 'date-time',
    convert: withColonInOffset,
    maxLength: 35,
    rule: RULE,
  });
}

/** An instant in a query, which may be left out. */
export function InstantQuery(description: string): PropertyDecorator {
  return InstantField({ description, optional: true });
}

export function instantOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
