const PCHAR = String.raw`[\w.~!$&'()*+,;=:@-]|%[\da-f]{2}`;
/** An https URI (RFC 3986, appendix A) without credentials. */
const HTTPS_URI = new RegExp(
  String.raw`^https://(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?` +
    String.raw`(?:/(?:${PCHAR}|/)*)?(?:\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?$`,
  'i',
);
/** What has to be percent-encoded, including percent signs that encode nothing. */
const ILLEGAL = /%(?![\dA-Fa-f]{2})|[^\w.~!$&'()*+,;=:@/?%-]/gu;

/**
 * The URL as an RFC 3986 URI. Browsers accept more than that, but generated clients in Java, Kotlin and Go don't: for
 * them, a single `<` makes a whole page of users unreadable. Text that can't be converted is returned as it is.
 */
export function toUri(text: string): string {
  if (HTTPS_URI.test(text) || !isHttpsUrl(text)) {
    return text;
  }
  const { origin, pathname, search, hash } = new URL(text);
  const fragment = hash === '' ? '' : `#${encode(hash.slice(1))}`;
  return `${origin}${encode(pathname)}${encode(search)}${fragment}`;
}

export function isHttpsUri(text: string): boolean {
  return HTTPS_URI.test(text) && URL.canParse(text);
}

function encode(text: string): string {
  return text.replace(ILLEGAL, encodeURIComponent);
}

/** Whether `text` is a URL without credentials, and without anything that browsers would have to repair. */
function isHttpsUrl(text: string): boolean {
  if (!/^https:\/\/[^\s/\\][^\s\\]*$/i.test(text) || !URL.canParse(text)) {
    return false;
  }
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
