import { parseInteger } from './parsers.js';
import type { EnvironmentReader } from './reader.js';

/** How many messages per minute providers take. Without one, there's no limit. */
export type ProviderRates = Readonly<Partial<Record<'smtp' | 'smtp-fallback' | 'sms' | 'push', number>>>;

/** The variable of each rate, and the variable without which nothing is sent through the provider. */
const VARIABLES = {
  smtp: ['SMTP_RATE_PER_MINUTE', 'SMTP_URL'],
  'smtp-fallback': ['SMTP_FALLBACK_RATE_PER_MINUTE', 'SMTP_FALLBACK_URL'],
  sms: ['SMS_RATE_PER_MINUTE', 'SMS_URL'],
  push: ['PUSH_RATE_PER_MINUTE', 'VAPID_PRIVATE_KEY'],
} as const satisfies Record<keyof ProviderRates, readonly [string, string]>;

const MAX_PER_MINUTE = 1_000_000;

/** @param isSender whether the role sends anything */
export function readProviderRates(read: EnvironmentReader, isSender: boolean): ProviderRates {
  return Object.fromEntries(
    Object.entries(VARIABLES).flatMap(([provider, [name, needed]]) => {
      if (!isSender) {
        return read.unused(name, []);
      }
      if (read.isSet(name) && !read.isSet(needed)) {
        read.addProblem(name, `needs ${needed}: set both, or only ${needed}`);
      }
      const rate = read.optional<number | null>(name, parseInteger(1, MAX_PER_MINUTE), () => null);
      return rate === null ? [] : [[provider, rate]];
    }),
  );
}
