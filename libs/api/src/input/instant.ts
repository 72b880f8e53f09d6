import { type FieldOptions, StringField } from './fields.js';

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

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

/**
 * Whether `text` is an RFC 3339 date and time. JavaScript parses February 30 as March 2, so the date must survive a
 * round trip.
 */
function isInstant(text: string): boolean {
  const [, day] = DATE_TIME.exec(text) ?? [];
  return (
    day !== undefined &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
  );
}

/** ISO 8601 also allows offsets without a colon, and some clients send them. */
function withColonInOffset(text: string): string {
  return text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
}
