import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieOf, setCookie } from '#libs/api';

/** `__Host-`: no other host can set it (RFC 6265bis, section 4.1.3.2). */
const NAME = '__Host-gatehouse-registration';
const MAX_AGE_SECONDS = 7 * 24 * 60 * 60;

/** Marks the browser as the one that registered, so that it can confirm the registration without the password. */
export function rememberBrowser(reply: FastifyReply, secret: string): void {
  // Not strict: people come from the mail, a page of another site.
  setCookie(reply, { name: NAME, value: secret, sameSite: 'lax', path: '/', maxAge: MAX_AGE_SECONDS });
}

export function rememberedBrowser(request: FastifyRequest): string | undefined {
  return cookieOf(request, NAME);
}
