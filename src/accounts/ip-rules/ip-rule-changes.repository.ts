import type { EntityManager } from '@mikro-orm/postgresql';
import type { IpRuleAction } from './ip-rule.entity.js';

/** Asks for the revision of the last change. Without parameters, for the connection that waits for nobody. */
export const LATEST_REVISION = `select revision::float8 as revision from accounts.ip_rule_state where id = 'latest'`;

/** A rule that was added, or with null, that was removed. */
export interface IpRuleChange {
  readonly cidr: string;
  readonly source: string;
  readonly action: IpRuleAction | null;
  /** In milliseconds since the epoch. Null for never. */
  readonly expiresAt: number | null;
}

/**
 * All that has changed since a revision, in its order. One statement, so that it's all of the same moment.
 * @param since 0 for all rules
 * @param expiry rules that end before this aren't read
 */
export async function findChanges(
  em: EntityManager,
  since: number,
  expiry: Date,
): Promise<{ revision: number; changes: IpRuleChange[] }> {
  const rows = await em.execute<(Partial<IpRuleChange> & { revision: string; change: string | null })[]>(
    `select state.revision, known.*
       from accounts.ip_rule_state state
       left join lateral (
         select r.revision as change, r.cidr::text as cidr, r.source, r.action,
                (extract(epoch from r.expires_at) * 1000)::float8 as "expiresAt"
           from accounts.ip_rules r
          where r.revision > ? and (r.expires_at is null or r.expires_at > ?)
         union all
         select d.revision, d.cidr::text, d.source, null, null
           from accounts.ip_rule_removals d
          where d.revision > ?
       ) known on true
      where state.id = 'latest'
      order by known.change, known.action nulls first`,
    [since, expiry.toISOString(), since],
  );
  const changes = rows.filter(({ change }) => change !== null) as unknown as IpRuleChange[];
  return { revision: Number(rows[0]?.revision ?? 0), changes };
}
