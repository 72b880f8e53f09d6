import { ADMIN_SOURCE, AUTOMATIC_SOURCE, type IpRuleAction } from './ip-rule.entity.js';

/** What decides about an address. */
export interface Deciding {
  readonly action: IpRuleAction;
  readonly source: string;
  /** Null for never. */
  readonly expiresAt: Date | null;
}

/** Which source counts if several have a rule for the same network: administrators first, lists last. */
export function rankOf(source: string): number {
  return source === ADMIN_SOURCE ? 0 : source === AUTOMATIC_SOURCE ? 1 : 2;
}
