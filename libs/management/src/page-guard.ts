import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '#libs/http';
import { crossSiteRequest, managementTokenNeeded, misdirectedRequest, type Problem } from '#libs/problem';

export interface PageAccess {
  /** The secret that opens pages; null when nobody may see them. */
  readonly token: string | null;
  /** Host names, in small letters, under which pages answer beside IP addresses and localhost. */
  readonly hosts: readonly string[];
}

/** A line each, since browsers don't find Basic behind another challenge in one line. */
const CHALLENGES = ['Bearer', 'Basic realm="Gatehouse management", charset="UTF-8"'];

interface PageRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Lets only those pass who know the token, address us by a name of ours, and come from our own pages. */
export function guardPages(
  scope: FastifyInstance,
  { publicUrl, onWrongToken, ...access }: PageAccess & { publicUrl: string; onWrongToken: () => void },
): void {
  // Answers by itself, since a page below may treat errors in its own way.
  scope.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request, access);
    if (managementTokenNeeded.is(refusal) && request.headers.authorization !== undefined) {
      onWrongToken();
    }
    return refusal ? sendProblem(request, reply, refusal, publicUrl) : undefined;
  });
}

export function refusalOf({ method, headers }: PageRequest, { token, hosts }: PageAccess): Problem | null {
  if (!isOurs(headers.host, hosts)) {
    return misdirectedRequest();
  }
  if (token === null || !carries(headers.authorization, token)) {
    return managementTokenNeeded({ headers: { 'WWW-Authenticate': CHALLENGES } });
  }
  return isSafe(method) || isSameOrigin(headers) ? null : crossSiteRequest();
}

/**
 * A page of an attacker whose DNS name has come to point here (DNS rebinding) is same-origin to the browser, but it can not
 * choose what stands in `Host`: that name. An address can not be rebound.
 */
function isOurs(host: string | undefined, hosts: readonly string[]): boolean {
  const url = `http://${host ?? ''}`;
  const name = URL.canParse(url) ? new URL(url).hostname : '';
  return (
    isIP(name.replace(/^\[|\]$/g, '')) !== 0 ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    hosts.includes(name)
  );
}

/** As a bearer token (RFC 6750, 2.1), or as the password of Basic (RFC 7617), which browsers ask people for. */
function carries(authorization: string | undefined, token: string): boolean {
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

/** In a time that tells nothing of either. */
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

/** A browser that knows the Basic credentials sends them along with forms of other sites, too. Programs send neither header. */
function isSameOrigin({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return (
    (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) &&
    (site === undefined || site === 'same-origin' || site === 'none')
  );
}
