import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { httpVersionNotSupported, malformedRequest, type Problem } from '#libs/problem';

/** RFC 3986, section 3.2.2: `reg-name`, which includes IPv4 addresses. Empty is invalid for http (RFC 9110, 4.2.1). */
const REG_NAME = /^(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+$/i;
const IP_FUTURE = /^v[\da-f]+\.[\w.~!$&'()*+,;=:-]+$/i;
const HOST_AND_PORT = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/;

/**
 * What is wrong with a request's head, apart from what Node's parser rejects itself. The parser accepts HTTP/2.0 in a
 * request line, and any `Host`. It keeps the first of several, while a proxy in front of us may have used the last.
 */
export function problemOfHead({
  httpVersion,
  rawHeaders,
}: Pick<IncomingMessage, 'httpVersion' | 'rawHeaders'>): Problem | null {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return httpVersionNotSupported();
  }
  const { first, count } = hostsIn(rawHeaders);
  // RFC 9112, section 3.2.
  if (first === undefined) {
    return httpVersion === '1.1' ? malformedRequest({ detail: 'The Host header is missing.' }) : null;
  }
  if (count > 1) {
    return malformedRequest({ detail: 'There is more than one Host header.' });
  }
  return isHost(first) ? null : malformedRequest({ detail: "The Host header isn't a valid host name." });
}

/** RFC 9110, section 7.2: `uri-host [ ":" port ]`. */
export function isHost(value: string): boolean {
  const [, literal, name] = HOST_AND_PORT.exec(value) ?? [];
  if (literal !== undefined) {
    // `isIPv6` also accepts zones, which RFC 3986 doesn't.
    return IP_FUTURE.test(literal) || (isIPv6(literal) && !literal.includes('%'));
  }
  return name !== undefined && REG_NAME.test(name);
}

/** `request.headers` only has the first one. Runs for every request. */
function hostsIn(rawHeaders: readonly string[]): { first: string | undefined; count: number } {
  let first: string | undefined;
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') {
      first ??= rawHeaders[index + 1];
      count += 1;
    }
  }
  return { first, count };
}
