/** A strong validator (RFC 9110, section 8.8.3). Changes whenever the representation does. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** RFC 9110, section 13.1.1. @returns the versions that an `If-Match` header accepts, or undefined if it accepts any */
export function expectedVersions(ifMatch: string | undefined): readonly number[] | undefined {
  const tags = ifMatch === undefined ? ['*'] : tagsIn(ifMatch);
  return tags.includes('*') ? undefined : tags.flatMap((tag) => versionIn(tag) ?? []);
}

/** RFC 9110, section 13.1.2: whether the client already has the current representation. */
export function isNotModified(ifNoneMatch: string | undefined, version: number): boolean {
  return hasTag(ifNoneMatch, etagOf(version));
}

/** Whether an `If-None-Match` header contains the tag. Uses weak comparison. */
export function hasTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) {
    return false;
  }
  const tags = tagsIn(ifNoneMatch.replaceAll('W/', ''));
  return tags.includes('*') || tags.includes(etag);
}

function tagsIn(header: string): string[] {
  return header.split(',').map((tag) => tag.trim());
}

/** Weak tags and tags we didn't issue don't match any version. */
function versionIn(tag: string): number | undefined {
  const version = /^"(\d{1,15})"$/.exec(tag)?.[1];
  return version === undefined || etagOf(Number(version)) !== tag ? undefined : Number(version);
}
