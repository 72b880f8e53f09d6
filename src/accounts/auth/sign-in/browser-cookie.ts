import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieOf, setCookie } from '#libs/api';

/** See `randomToken`. */
const SECRET = /^[\w-]{43}$/;

/**
 * Marks the browser that asked for something, so that a link in a mail can be told from the same link in another
 * browser. `__Host-`: no other host can set it (RFC 6265bis, section 4.1.3.2).
 */
export class BrowserCookie {
  constructor(
    private readonly name: `__Host-${string}`,
    private readonly maxAgeSeconds: number,
    /** `none` if the page of another site posts to us. */
    private readonly sameSite: 'lax' | 'none' = 'lax',
  ) {}

  /** @returns the secret that the browser was given. Nothing else: it's compared with the secrets of other browsers */
  read(request: FastifyRequest): string | undefined {
    const secret = cookieOf(request, this.name);
    return secret !== undefined && SECRET.test(secret) ? secret : undefined;
  }

  store(reply: FastifyReply, secret: string): void {
    this.put(reply, secret, this.maxAgeSeconds);
  }

  clear(reply: FastifyReply): void {
    this.put(reply, '', 0);
  }

  private put(reply: FastifyReply, value: string, maxAge: number): void {
    // Not strict: people come from the mail, a page of another site.
    setCookie(reply, { name: this.name, value, sameSite: this.sameSite, path: '/', maxAge });
  }
}
