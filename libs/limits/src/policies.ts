/** What a limit counts, and for which requests. How much it allows comes from the configuration. */
interface Policy {
  /** `credentials`: those with `@AuthLimited()`. `any`: all but those with `@SkipThrottle()`. */
  readonly routes: 'any' | 'credentials';
  /**
   * Whose requests are counted together. `caller`: a user's, from any address, or those of an address without a valid token.
   * `address`: those of an address, signed in or not. `api-key`: those with the same API key, besides their owner's limits.
   */
  readonly by: 'caller' | 'address' | 'api-key';
}

/** All limits. Their names are in the `RateLimit` headers. A request has to be within each that applies to it. */
export const POLICIES = {
  default: { routes: 'any', by: 'caller' },
  auth: { routes: 'credentials', by: 'address' },
  address: { routes: 'any', by: 'address' },
  'api-key': { routes: 'any', by: 'api-key' },
} as const satisfies Record<string, Policy>;

export type LimitName = keyof typeof POLICIES;

export const LIMITS = Object.keys(POLICIES) as readonly LimitName[];

/** At most `limit` requests in any window of `windowSeconds`. */
export interface Rate {
  readonly limit: number;
  readonly windowSeconds: number;
}

/** A rate as text: `requests/seconds`. */
export const RATE = /^([1-9]\d{0,8})\/([1-9]\d{0,4})$/;
export const RATE_MAX_LENGTH = 15;

/** @throws RangeError if the text isn't a rate */
export function parseRate(text: string): Rate {
  const [, limit, windowSeconds] = RATE.exec(text) ?? [];
  if (limit === undefined || windowSeconds === undefined) {
    throw new RangeError(`"${text}" is not a rate, such as 600/60`);
  }
  return { limit: Number(limit), windowSeconds: Number(windowSeconds) };
}

/** Null disables a limit. */
export type LimitOptions = Readonly<Record<LimitName, Rate | null>> & {
  /** What users with a role have instead of `default`. With several of these roles, they have the most generous one. */
  readonly roles: Readonly<Record<string, Rate | null>>;
};

/** @returns the rate that applies to users with these roles, null if none does */
export function rateForRoles(
  { roles: rates, ...limits }: LimitOptions,
  roles: readonly string[],
): Rate | null {
  const own = roles.filter((role) => Object.hasOwn(rates, role)).map((role) => rates[role] ?? null);
  return own.length === 0 ? limits.default : own.reduce(moreGenerous);
}

function moreGenerous(one: Rate | null, other: Rate | null): Rate | null {
  return one && other ? (perSecond(one) >= perSecond(other) ? one : other) : null;
}

function perSecond({ limit, windowSeconds }: Rate): number {
  return limit / windowSeconds;
}
