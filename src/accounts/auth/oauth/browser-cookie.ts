import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomToken } from '#libs/crypto';
import { BrowserCookie } from '../sign-in/browser-cookie.js';
import { STATE_LIFETIME_MS } from './sign-in-state.js';

const MAX_AGE_SECONDS = STATE_LIFETIME_MS / 1000;

/** Two, because browsers send one of them with more requests than the other. */
const COOKIE = new BrowserCookie('__Host-gatehouse-oauth', MAX_AGE_SECONDS);
const POSTED_COOKIE = new BrowserCookie('__Host-gatehouse-oauth-post', MAX_AGE_SECONDS, 'none');

/**
 * Marks the browser that starts a sign-in, so that its state is of no use in another one (CSRF, RFC 9700, section 4.7).
 * One secret for all sign-ins of the browser: it may have started one in another tab.
 * @param posts whether the provider's page posts the response. Browsers then only send cookies of `SameSite=None`
 * @returns the secret
 */
export function markBrowser(request: FastifyRequest, reply: FastifyReply, posts: boolean): string {
  const cookie = posts ? POSTED_COOKIE : COOKIE;
  const secret = cookie.read(request) ?? randomToken();
  cookie.store(reply, secret);
  return secret;
}

/** @param posted whether the provider's page posted the request. @returns the secret */
export function markOf(request: FastifyRequest, posted: boolean): string | undefined {
  return (posted ? POSTED_COOKIE : COOKIE).read(request);
}
