import { isIP } from 'node:net';

/** A quote that no backslash escapes. */
function isQuote(text: string, index: number): boolean {
  let backslashes = 0;
  while (text[index - 1 - backslashes] === '\\') {
    backslashes += 1;
  }
  return text[index] === '"' && backslashes % 2 === 0;
}

/**
 * Parts of a text, the last one first. Separators in quotes don't count. Reads from the end, where the proxy next to us has
 * written: a quote that a client has opened before can't swallow that.
 */
function* partsFromEnd(text: string, separator: string): Generator<string> {
  let end = text.length;
  let isQuoted = false;
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (isQuote(text, index)) {
      isQuoted = !isQuoted;
    } else if (text[index] === separator && !isQuoted) {
      yield text.slice(index + 1, end);
      end = index;
    }
  }
  yield text.slice(0, end);
}

/**
 * Whom the proxies say they got a request from, in `Forwarded` (RFC 7239, section 4). The hop next to us comes first.
 * @returns IP addresses, or null for a hop that has none: `unknown`, a name that hides it (section 6.3), or malformed
 */
export function* forwardedFor(header: string): Generator<string | null> {
  for (const element of partsFromEnd(header, ',')) {
    const nodes = [...partsFromEnd(element, ';')].flatMap((pair) => {
      const [, value] = /^\s*for\s*=\s*(.*?)\s*$/i.exec(pair) ?? [];
      return value === undefined ? [] : [value];
    });
    // Each parameter is there at most once.
    yield nodes.length === 1 ? addressOfNode(nodes[0] ?? '') : null;
  }
}

/** Section 6: IPv6 addresses are in brackets, and therefore in quotes. A port may follow, which may be hidden, too. */
function addressOfNode(value: string): string | null {
  const node = /^"(.*)"$/.exec(value)?.[1] ?? value;
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/i.exec(node) ?? [];
  const address = bracketed ?? plain ?? node;
  return isIP(address) === (bracketed === undefined ? 4 : 6) || isIP(node) === 6 ? address : null;
}
