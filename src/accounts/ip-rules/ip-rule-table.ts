import { type Network, NetworkMap, textOf } from '#libs/networks';
import type { IpRuleAction } from './ip-rule.entity.js';
import { rankOf } from './precedence.js';

/** A rule as it's held in memory. */
export interface HeldRule {
  readonly action: IpRuleAction;
  readonly source: string;
  /** In milliseconds since the epoch. Infinity for never. */
  readonly expiresAt: number;
}

/** The rules in memory. Of those whose network contains an address, the one with the smallest network decides. */
export class IpRuleTable {
  /** Of each network the rules of all sources, the deciding one first. */
  private readonly rules = new NetworkMap<readonly HeldRule[]>();
  /** Those that expire, so that they go even if no request ever meets them. */
  private readonly temporary = new Map<string, { readonly network: Network; readonly rule: HeldRule }>();

  /** How many networks have rules. */
  get size(): number {
    return this.rules.size;
  }

  put(network: Network, rule: HeldRule): void {
    const others = this.others(network, rule.source);
    const all = [...others, rule].sort((one, other) => rankOf(one.source) - rankOf(other.source));
    this.rules.set(network, all);
    if (rule.expiresAt === Number.POSITIVE_INFINITY) {
      this.temporary.delete(keyOf(network, rule.source));
    } else {
      this.temporary.set(keyOf(network, rule.source), { network, rule });
    }
  }

  remove(network: Network, source: string): void {
    this.temporary.delete(keyOf(network, source));
    const others = this.others(network, source);
    if (others.length === 0) {
      this.rules.delete(network);
    } else {
      this.rules.set(network, others);
    }
  }

  /**
   * @param now in milliseconds since the epoch
   * @returns the rule that decides about the address, if there's one
   */
  decide(address: Network, now: number): HeldRule | undefined {
    for (;;) {
      const [rule] = this.rules.match(address) ?? [];
      if (rule === undefined || rule.expiresAt > now) {
        return rule;
      }
      this.sweep(now);
    }
  }

  /** Removes the rules that have expired. */
  sweep(now: number): void {
    for (const { network, rule } of this.temporary.values()) {
      if (rule.expiresAt <= now) {
        this.remove(network, rule.source);
      }
    }
  }

  private others(network: Network, source: string): readonly HeldRule[] {
    return this.rules.get(network)?.filter((rule) => rule.source !== source) ?? [];
  }
}

function keyOf(network: Network, source: string): string {
  return `${textOf(network)} ${source}`;
}
