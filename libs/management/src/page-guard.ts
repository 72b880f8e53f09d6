import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '#libs/http';
import { crossSiteRequest, managementTokenNeeded, misdirectedRequest, type Problem } from '#libs/problem';

export interface PageAccess {
  /** The secret that grants access to pages. Null disables them. */
  readonly token: string | null;
  /** Host names, in lowercase, that pages are served under, besides IP addresses and localhost. */
  readonly hosts: readonly string[];
}

/** One header line each: browsers don't find Basic after another challenge in the same line. */
const CHALLENGES = ['Bearer', 'Basic realm="Gatehouse management", charset="UTF-8"'];

interface PageRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Rejects requests without the token, with an unknown host name, or from pages of other sites. */
export function guardPages(
  scope: FastifyInstance,
  { publicUrl, onWrongToken, ...access }: PageAccess & { publicUrl: string; onWrongToken: () => void },
): void {
  // Sends the response itself, because a page may have its own error handler.
  scope.addHook('onRequest', async (request, reply) => {
    const rejection = refusalOf(request, access);
    if (managementTokenNeeded.is(rejection) && request.headers.authorization !== undefined) {
      onWrongToken();
    }
    return rejection ? sendProblem(request, reply, rejection, publicUrl) : undefined;
  });
}

export function refusalOf({ method, headers }: PageRequest, { token, hosts }: PageAccess): Problem | null {
  if (!isKnownHost(headers.host, hosts)) {
    return misdirectedRequest();
  }
  if (token === null || !hasToken(headers.authorization, token)) {
    return managementTokenNeeded({ headers: { 'WWW-Authenticate': CHALLENGES } });
  }
  return isSafe(method) || isSameOrigin(headers) ? null : crossSiteRequest();
}

/**
 * Prevents DNS rebinding: if an attacker points their own DNS name here, the browser considers their page same-origin,
 * but `Host` is that name and they can't choose it. IP addresses can't be rebound.
 */
function isKnownHost(host: string | undefined, hosts: readonly string[]): boolean {
  const url = `http://${host ?? ''}`;
  const name = URL.canParse(url) ? new URL(url).hostname : '';
  return (
    isIP(name.replace(/^\[|\]$/g, '')) !== 0 ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    hosts.includes(name)
  );
}

/** As a bearer token (RFC 6750, section 2.1), or as the password of Basic (RFC 7617), which browsers prompt for. */
function hasToken(authorization: string | undefined, token: string): boolean {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return isEqual(credentials, token);
    case 'basic':
      return isEqual(
        Buffer.from(credentials, 'base64')
          .toString()
          .replace(/^[^:]*:/, ''),
        token,
      );
    default:
      return false;
  }
}

/** In constant time. Hashing first also hides the lengths. */
function isEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** RFC 9110, section 9.2.1. */
function isSafe(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method);
}

/**
 * Prevents CSRF: a browser that has the Basic credentials also sends them with forms of other sites. Programs send
 * neither of these headers.
 */
function isSameOrigin({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return (
    (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) &&
    (site === undefined || site === 'same-origin' || site === 'none')
  );
}
