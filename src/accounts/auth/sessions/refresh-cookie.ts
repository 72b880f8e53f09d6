import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieOf, REFRESH_COOKIE, setCookie } from '#libs/api';
import { isAllowedOrigin, linkTo } from '#libs/http';
import { invalidInput } from '#libs/problem';
import { AppConfig } from '../../../../config/index.js';
import type { SessionResponse } from './session.response.js';
import { originNotAllowed } from './sessions.errors.js';

export const TRANSPORT_HEADER = 'Session-Transport';

/**
 * Keeps the refresh token of a browser in a cookie that its scripts can't read. Other sites can't use it either: the
 * cookie is `SameSite=Strict`, and requests with it must come from a known origin.
 */
@Injectable()
export class RefreshCookie {
  private readonly origins: readonly string[];
  private readonly maxAge: number;

  constructor({ corsOrigins, appUrl, publicUrl, sessions }: AppConfig) {
    this.maxAge = Math.min(sessions.idleSeconds, sessions.maxSeconds);
    this.origins = [
      // Any origin may call the API, but not with someone's cookie.
      ...corsOrigins.filter((origin) => origin !== '*'),
      new URL(appUrl).origin,
      new URL(publicUrl).origin,
    ];
  }

  /**
   * Whether the client wants the refresh token in a cookie.
   * @throws Problem `invalid-input` for another transport, `origin-not-allowed`
   */
  isWanted(request: FastifyRequest): boolean {
    const transport = request.headers[TRANSPORT_HEADER.toLowerCase()];
    if (transport === undefined) {
      return false;
    }
    if (transport !== 'cookie') {
      throw invalidInput({ detail: `The ${TRANSPORT_HEADER} header must be \`cookie\`.` });
    }
    this.requireKnownOrigin(request);
    return true;
  }

  /** @returns the refresh token in the cookie, if there is one. @throws Problem `origin-not-allowed` */
  read(request: FastifyRequest): string | undefined {
    const token = cookieOf(request, REFRESH_COOKIE);
    if (token !== undefined) {
      this.requireKnownOrigin(request);
    }
    return token;
  }

  /** Moves the refresh token from the response's body to the cookie. */
  store(
    { refreshToken, ...rest }: SessionResponse,
    request: FastifyRequest,
    reply: FastifyReply,
  ): SessionResponse {
    if (refreshToken !== undefined) {
      put(request, reply, refreshToken, this.maxAge);
    }
    return rest;
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    put(request, reply, '', 0);
  }

  private requireKnownOrigin({ headers }: FastifyRequest): void {
    if (headers.origin === undefined || !isAllowedOrigin(headers.origin, this.origins)) {
      throw originNotAllowed();
    }
  }
}

function put(request: FastifyRequest, reply: FastifyReply, value: string, maxAge: number): void {
  // The cookie of /v1 is another one than that of /v2.
  const folder = (request.routeOptions.url ?? '').split('/', 3).join('/');
  const path = linkTo(request.server, folder);
  setCookie(reply, { name: REFRESH_COOKIE, value, sameSite: 'strict', path, maxAge });
}
