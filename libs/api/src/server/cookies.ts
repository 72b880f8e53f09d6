import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

type OurCookie = Required<Pick<SetCookie, 'name' | 'value' | 'sameSite' | 'path' | 'maxAge'>>;

export function cookieOf({ headers }: FastifyRequest, name: string): string | undefined {
  return parseCookie(headers.cookie ?? '')[name];
}

/** Sets a cookie that scripts can't read and that is never sent in clear. */
export function setCookie(reply: FastifyReply, cookie: OurCookie): void {
  void reply.header('Set-Cookie', stringifySetCookie({ ...cookie, httpOnly: true, secure: true }));
}
