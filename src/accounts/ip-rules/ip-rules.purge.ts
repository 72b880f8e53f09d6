import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

/** How long it's remembered that a network was banned: the next ban is longer. */
const BANS_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

@PurgedBy(accounts.purge)
export class IpRulesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.ip_rules'];
  protected override readonly keptMs = BANS_KEPT_MS;
}

@PurgedBy(accounts.purge)
export class IpRuleRemovalsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.ip_rule_removals'];
}
