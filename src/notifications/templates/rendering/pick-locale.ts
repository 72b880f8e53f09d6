/**
 * The best of the languages that a template has: the very one, then the language without its region (RFC 4647, section
 * 3.4: lookup).
 */
export function lookUpLocale(available: readonly string[], wanted: string): string | undefined {
  const parts = wanted.toLowerCase().split(/[-_]/);
  for (let length = parts.length; length > 0; length -= 1) {
    const range = parts.slice(0, length).join('-');
    const found = available.find((locale) => locale.toLowerCase() === range);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
