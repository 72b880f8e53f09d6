import type { FastifyRequest } from 'fastify';
import { notFound, unauthenticated } from '#libs/problem';
import { canonicalEmail } from '#libs/text';
import {
  invalidCode,
  invalidCredentials,
  invalidMfaToken,
  invalidRefreshToken,
  invalidToken,
} from '../../auth/http.js';
import { claimsToBeOver } from './expired-token.js';

const MINUTE_MS = 60_000;

/** What makes us ban a client. */
export interface Trigger {
  readonly name: string;
  /** In the words of the rule's reason. */
  readonly what: string;
  /** The codes of the problems that count. */
  readonly codes: readonly string[];
  /** Tells failures apart: the same one again doesn't count, such as an old token that an app keeps sending. */
  readonly valueOf: (request: FastifyRequest) => string | undefined;
  /** How many different ones it takes within `windowMs`. */
  readonly limit: number;
  readonly windowMs: number;
  /** How long the first ban lasts. */
  readonly firstBanMs: number;
}

/** All triggers, and their limits: far beyond what people do who are in a hurry. */
export const TRIGGERS: readonly Trigger[] = [
  {
    name: 'credential-stuffing',
    what: 'wrong passwords for different accounts',
    codes: [invalidCredentials.code],
    valueOf: ({ body }) => canonical(member(body, 'email')),
    limit: 20,
    windowMs: 10 * MINUTE_MS,
    firstBanMs: 10 * MINUTE_MS,
  },
  {
    name: 'token-guessing',
    what: 'different invalid tokens, keys and codes',
    codes: [
      invalidCode.code,
      invalidMfaToken.code,
      invalidRefreshToken.code,
      invalidToken.code,
      unauthenticated.code,
    ],
    valueOf: secretOf,
    limit: 50,
    windowMs: 10 * MINUTE_MS,
    firstBanMs: 10 * MINUTE_MS,
  },
  {
    name: 'scanning',
    what: 'different paths that do not exist',
    codes: [notFound.code],
    valueOf: ({ is404, url }) => (is404 ? url.split('?', 1)[0] : undefined),
    limit: 50,
    windowMs: 5 * MINUTE_MS,
    firstBanMs: 10 * MINUTE_MS,
  },
];

/** What was presented, and isn't valid. */
function secretOf({ body, headers, problemCode }: FastifyRequest): string | undefined {
  if (problemCode === unauthenticated.code) {
    const { authorization } = headers;
    return authorization === undefined || claimsToBeOver(authorization) ? undefined : authorization;
  }
  const given = ['refreshToken', 'token', 'mfaToken', 'email', 'code'].map((name) => member(body, name));
  const known = given.filter((value) => value !== undefined);
  return known.length > 0 ? JSON.stringify(known) : headers.cookie;
}

function member(body: unknown, name: string): string | undefined {
  const value = (body as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' ? value : undefined;
}

function canonical(email: string | undefined): string | undefined {
  return email === undefined ? undefined : canonicalEmail(email);
}
