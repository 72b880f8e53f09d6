import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookieOf, setCookie } from '#libs/api';
import { addressOf } from '#libs/http';
import type { Device } from './session-issuer.js';

/** `__Host-`: no other host can set it (RFC 6265bis, section 4.1.3.2). */
const COOKIE = '__Host-gatehouse-device';
const TRUST_COOKIE = '__Host-gatehouse-trusted-device';
/** Browsers keep no cookie for longer (RFC 6265bis, section 5.5). */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

export function deviceOf(request: FastifyRequest): Device {
  return {
    userAgent: request.headers['user-agent'],
    ipAddress: addressOf(request),
    token: cookieOf(request, COOKIE),
    trust: cookieOf(request, TRUST_COOKIE),
  };
}

/** What the request came from. */
export const CallerDevice = createParamDecorator((_: unknown, context: ExecutionContext): Device =>
  deviceOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Lets a browser show at its next sign-in that the user has signed in on it before. Others don't keep cookies. */
export function rememberDevice({ headers }: FastifyRequest, reply: FastifyReply, token: string): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    setCookie(reply, { name: COOKIE, value: token, sameSite: 'strict', path: '/', maxAge: MAX_AGE_SECONDS });
  }
}

/** Lets a browser sign this user in without a second factor. @param maxAge in seconds */
export function trustDevice(reply: FastifyReply, token: string, maxAge: number): void {
  setCookie(reply, {
    name: TRUST_COOKIE,
    value: token,
    sameSite: 'strict',
    path: '/',
    maxAge,
  });
}
