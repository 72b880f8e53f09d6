import { contains, type Network } from '#libs/networks';
import { ownAddress } from './ip-rules.errors.js';
import { type Deciding, rankOf } from './precedence.js';

/** A rule and its network. */
export interface PlacedRule extends Deciding {
  readonly network: Network;
}

/**
 * Keeps administrators from locking themselves out: they'd have nobody to ask.
 * @param own the address that the administrator is using
 * @param rule one that's about to count
 * @param around all others whose network contains the address
 * @throws Problem `own-address` if the rule would deny the address, now or when another one expires. Also if it denies all
 * addresses of the other family, and no rule allows the own one: someone must be left who can remove it
 */
export function requireStayingIn(own: Network, rule: PlacedRule, around: readonly PlacedRule[]): void {
  const isExempt = around.some(
    (other) => other.action === 'allow' && isBefore(other, rule) && lastsAsLongAs(other, rule),
  );
  const isEveryone = rule.network.prefix === 0;
  if (rule.action === 'deny' && !isExempt && (isEveryone || contains(rule.network, own))) {
    throw ownAddress();
  }
}

function isBefore(one: PlacedRule, other: PlacedRule): boolean {
  return (
    one.network.prefix > other.network.prefix ||
    (one.network.prefix === other.network.prefix && rankOf(one.source) < rankOf(other.source))
  );
}

function lastsAsLongAs(rule: Deciding, other: Deciding): boolean {
  return rule.expiresAt === null || (other.expiresAt !== null && rule.expiresAt >= other.expiresAt);
}
