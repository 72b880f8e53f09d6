import type { ThrottlerOptions } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import type { Mac } from '#libs/crypto';
import { perHandler } from '#libs/http';
import { trackAddress, trackCaller, trackKey } from './limit-trackers.js';
import { hasAuthLimit, isSkipped } from './limited.js';
import { type LimitName, type LimitOptions, LIMITS, POLICIES, type Rate, rateForRoles } from './policies.js';

type RouteTest = (handler: object, controller: object) => boolean;

/** A limit as the throttler takes it, and what our guard needs to know beyond that. */
export interface ConfiguredLimit extends ThrottlerOptions {
  readonly name: LimitName;
  limit: number;
  ttl: number;
  readonly appliesTo: RouteTest;
  readonly getTracker: (request: Record<string, unknown>) => string;
  /** @returns null if the request isn't limited */
  readonly rateOf: (request: FastifyRequest) => Rate | null;
}

const ROUTES = {
  any: (handler, controller) => !isSkipped(handler, controller),
  credentials: hasAuthLimit,
} satisfies Record<string, RouteTest>;

const TRACKERS = { caller: trackCaller, address: trackAddress, 'api-key': trackKey };

/** What a limit that's off has by itself: nobody reaches it. */
const NO_LIMIT: Rate = { limit: Number.MAX_SAFE_INTEGER, windowSeconds: 60 };

export function configuredLimits(options: LimitOptions, mac: Mac): ConfiguredLimit[] {
  return LIMITS.filter((name) => canLimit(options, name)).map((name) => {
    const { routes, by } = POLICIES[name];
    const appliesTo = ROUTES[routes];
    const applies = perHandler(appliesTo);
    const { limit, windowSeconds } = options[name] ?? NO_LIMIT;
    return {
      name,
      limit,
      ttl: windowSeconds * 1000,
      appliesTo,
      skipIf: (context) => !applies(context),
      getTracker: (request) => TRACKERS[by](request as unknown as FastifyRequest, mac),
      rateOf: rateFinder(options, name),
    };
  });
}

/** A limit that's off may still apply to some: to a role, or to an API key with a limit of its own. */
function canLimit(options: LimitOptions, name: LimitName): boolean {
  return (
    options[name] !== null ||
    name === 'api-key' ||
    (name === 'default' && Object.keys(options.roles).length > 0)
  );
}

function rateFinder(options: LimitOptions, name: LimitName): ConfiguredLimit['rateOf'] {
  if (name === 'api-key') {
    return ({ principal }) =>
      principal?.kind === 'api-key' ? (principal.rateLimit ?? options['api-key']) : null;
  }
  return name === 'default' && Object.keys(options.roles).length > 0
    ? ({ principal }) => rateForRoles(options, principal?.roles ?? [])
    : () => options[name];
}
