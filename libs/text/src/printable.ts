/** Header values are Latin-1 and can have any length. We only store printable ASCII, truncated. */
export function printable(text: string | undefined, maxLength: number): string | null {
  return text?.replace(/[^\x20-\x7e]/g, '?').slice(0, maxLength) ?? null;
}
