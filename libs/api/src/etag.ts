import { preconditionFailed } from '#libs/problem';

/** A strong validator (RFC 9110, section 8.8.3): it changes whenever the representation does. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * RFC 9110, section 13.1.1. A request without the header goes through.
 * @throws Problem `precondition-failed`
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch !== undefined && !lists(ifMatch, etagOf(version))) {
    throw preconditionFailed();
  }
}

/** RFC 9110, section 13.1.2: whether the client has the current representation already. Compared weakly. */
export function isNotModified(ifNoneMatch: string | undefined, version: number): boolean {
  return ifNoneMatch !== undefined && lists(ifNoneMatch.replaceAll('W/', ''), etagOf(version));
}

function lists(header: string, etag: string): boolean {
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.includes(etag);
}
