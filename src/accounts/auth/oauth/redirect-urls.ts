import { redirectNotAllowed } from './oauth.errors.js';

/** With all characters encoded. The URL of a sign-in contains it in a state, and has to fit into a request. */
export const REDIRECT_MAX_LENGTH = 1024;
/** Encoded slashes and backslashes, with which a path could leave its prefix at a server that decodes them. */
const ENCODED_SLASH = /%2f|%5c/i;

/**
 * The URL to lead back to, in the form that browsers use (RFC 9700, section 4.1.3).
 * @param allowed exact URLs, or prefixes that end in `/*`
 * @throws Problem `redirect-not-allowed`
 */
export function allowedRedirect(text: string, allowed: readonly string[]): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && !url.username && !url.password && !url.hash && !/[\s\\]/.test(text);
  const fits = url && url.href.length <= REDIRECT_MAX_LENGTH;
  if (!isPlain || !fits || !allowed.some((pattern) => matches(url, pattern))) {
    throw redirectNotAllowed();
  }
  return url.href;
}

function matches(url: URL, pattern: string): boolean {
  if (!pattern.endsWith('/*')) {
    return url.href === new URL(pattern).href;
  }
  const prefix = new URL(pattern.slice(0, -1));
  return (
    url.protocol === prefix.protocol &&
    url.host === prefix.host &&
    url.pathname.startsWith(prefix.pathname) &&
    !ENCODED_SLASH.test(url.pathname)
  );
}

/** @param result what the application finds in the query */
export function withResult(
  url: string,
  result: { readonly code: string } | { readonly error: string },
): string {
  const target = new URL(url);
  // The application must not take what was in the query before for our answer.
  target.searchParams.delete('code');
  target.searchParams.delete('error');
  Object.entries(result).forEach(([name, value]) => target.searchParams.append(name, value));
  return target.href;
}
