/**
 * Whether an access token says of itself that it's over. Apps send such tokens all the time, before they refresh. Nobody who
 * guesses tokens would say that, so the signature doesn't matter.
 */
export function claimsToBeOver(authorization: string): boolean {
  const [, payload] = authorization.split('.');
  try {
    const { exp } = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' && exp * 1000 <= Date.now();
  } catch {
    return false;
  }
}
