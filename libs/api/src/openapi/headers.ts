import type { HeaderObject } from './document.js';

const text = (description: string, example?: string): HeaderObject => ({
  description,
  schema: { type: 'string', maxLength: 512 },
  ...(example === undefined ? {} : { example }),
});

/** The response headers that operations share, by name. */
export const HEADERS = {
  'X-Request-Id': text('The ID of the request. Quote it when you contact support.', '0197f9a2-5c1e'),
  RateLimit: text(
    'Requests left (`r`) and seconds until more become available (`t`).',
    '"default";r=599;t=60',
  ),
  'RateLimit-Policy': text('The limit: at most `q` requests in any `w` seconds.', '"default";q=600;w=60'),
  Deprecation: text('When the operation was deprecated (RFC 9745).'),
  Sunset: text('When the operation may stop working (RFC 8594).'),
  Link: text(
    'The next and previous pages, and a replacement for a deprecated operation (RFC 8288).',
    '</v2/users?cursor=…>; rel="next"',
  ),
  'WWW-Authenticate': text('The authentication scheme to use.', 'Bearer'),
  ETag: text(
    'The version of the resource, for `If-Match` and `If-None-Match`.',
    '"7-0197f9a2-5c1e-7c3d-a8b1-92d4f0e6c3a5"',
  ),
  'Idempotency-Replayed': text(
    '`true` if this is the response to an earlier request with the same `Idempotency-Key`.',
    'true',
  ),
  Allow: text('The methods that the path supports. Sent with a 405.', 'GET, PATCH'),
  Location: text('The URL that the browser goes to next, or the URL of the new resource.'),
  'Accept-Encoding': text(
    "The accepted content codings. Sent if the coding of the body isn't one of them.",
    'identity',
  ),
  'Accept-Patch': text('The media types that PATCH accepts (RFC 5789).', 'application/merge-patch+json'),
  'Set-Cookie': text(
    'With `Session-Transport: cookie`, the refresh token. With a 202, a cookie that identifies the browser that sent ' +
      'the request. With a 204, an expired cookie that deletes the refresh token. Otherwise, a cookie that ' +
      'identifies this device.',
  ),
  'Retry-After': text('Seconds to wait before you try again.', '30'),
} as const;

export function responseHeaders(...names: (keyof typeof HEADERS)[]): Readonly<Record<string, HeaderObject>> {
  return Object.fromEntries(names.map((name) => [name, HEADERS[name]]));
}
