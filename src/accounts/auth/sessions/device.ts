import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressOf } from '#libs/http';
import type { Device } from './session-issuer.js';

/** `__Host-`: no other host can set it (RFC 6265bis, section 4.1.3.2). */
const COOKIE = '__Host-gatehouse-device';
/** Browsers keep no cookie for longer (RFC 6265bis, section 5.5). */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

export function deviceOf(request: FastifyRequest): Device {
  return {
    userAgent: request.headers['user-agent'],
    ipAddress: addressOf(request),
    token: parseCookie(request.headers.cookie ?? '')[COOKIE],
  };
}

/** Lets a browser show at its next sign-in that the user has signed in on it before. Others don't keep cookies. */
export function rememberDevice({ headers }: FastifyRequest, reply: FastifyReply, token: string): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    const cookie = stringifySetCookie({
      name: COOKIE,
      value: token,
      httpOnly: true,
      secure: true,
      sameSite: 'strict',
      path: '/',
      maxAge: MAX_AGE_SECONDS,
    });
    void reply.header('Set-Cookie', cookie);
  }
}
