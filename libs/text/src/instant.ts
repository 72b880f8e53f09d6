const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Whether `text` is an RFC 3339 date and time. JavaScript parses February 30 as March 2, so the date must survive a
 * round trip.
 */
export function isInstant(text: string): boolean {
  const [, day] = DATE_TIME.exec(text) ?? [];
  return (
    day !== undefined &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
  );
}

/** ISO 8601 also allows offsets without a colon, and some clients send them. */
export function withColonInOffset(text: string): string {
  return text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
}
