/** What the identity that a code links is sealed for. */
export function linkContextOf(attempt: string): string {
  return `oauth:code:${attempt}`;
}
