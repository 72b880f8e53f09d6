const MAX_USER_AGENT = 256;

/** A `User-Agent` to store. Header values are Latin-1 and can have any length; this is printable ASCII, truncated. */
export function printableUserAgent(userAgent: string | undefined): string | null {
  return userAgent?.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_USER_AGENT) ?? null;
}
