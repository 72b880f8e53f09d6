/** Response headers that scripts in browsers may read. */
export const EXPOSED_HEADERS = [
  'ETag',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
  'Idempotency-Replayed',
  'WWW-Authenticate',
  'Deprecation',
  'Sunset',
];

/**
 * Whether scripts of this origin may read our responses.
 * @param allowed origins, or origins with `*` as the port
 */
export function isAllowedOrigin(origin: string, allowed: readonly string[]): boolean {
  return allowed.includes(origin) || allowed.includes(origin.replace(/(:\d+)?$/, ':*'));
}

/**
 * The CORS headers of a response that @fastify/cors doesn't see. They must be the same as those it adds, or scripts
 * can't tell a failure from a broken connection.
 * @param origin undefined if the request has none, or couldn't be parsed
 */
export function corsHeadersFor(
  origin: string | undefined,
  allowedOrigins: readonly string[],
): Record<string, string> {
  if (allowedOrigins.length === 0) {
    return {};
  }
  const exposed = { 'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', ') };
  if (allowedOrigins.includes('*')) {
    return { ...exposed, 'Access-Control-Allow-Origin': '*' };
  }
  return {
    ...exposed,
    Vary: 'Origin',
    ...(origin !== undefined && isAllowedOrigin(origin, allowedOrigins)
      ? { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' }
      : {}),
  };
}
