import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** `__Host-`: no other host can set it (RFC 6265bis, section 4.1.3.2). */
const NAME = '__Host-gatehouse-registration';
const MAX_AGE_SECONDS = 7 * 24 * 60 * 60;

/** Marks the browser as the one that registered, so that it can confirm the registration without the password. */
export function rememberBrowser(reply: FastifyReply, secret: string): void {
  void reply.header(
    'Set-Cookie',
    stringifySetCookie({
      name: NAME,
      value: secret,
      httpOnly: true,
      secure: true,
      // Not strict: people come from the mail, a page of another site.
      sameSite: 'lax',
      path: '/',
      maxAge: MAX_AGE_SECONDS,
    }),
  );
}

export function rememberedBrowser({ headers }: FastifyRequest): string | undefined {
  return parseCookie(headers.cookie ?? '')[NAME];
}
