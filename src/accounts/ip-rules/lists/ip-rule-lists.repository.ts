import type { EntityManager } from '@mikro-orm/postgresql';
import { ADMIN_SOURCE, AUTOMATIC_SOURCE } from '../ip-rule.entity.js';

/** Small enough for a statement, which may take some seconds. */
const ROWS_PER_STATEMENT = 20_000;

/** A list, as the rules with its name. */
export interface IpRuleListSummary {
  readonly name: string;
  readonly networks: number;
  /** When the newest of its networks was added. */
  readonly changedAt: Date;
}

/** A change of a list. */
export interface ListChange {
  readonly name: string;
  readonly revision: number;
  readonly at: Date;
}

export interface ListedNetwork {
  readonly id: string;
  readonly cidr: string;
}

/** All lists, by name. */
export async function findLists(em: EntityManager, name: string | null = null): Promise<IpRuleListSummary[]> {
  const rows = await em.execute<{ name: string; networks: number; millis: number }[]>(
    `select source as name, count(*)::int as networks,
            (extract(epoch from max(created_at)) * 1000)::float8 as millis
       from accounts.ip_rules
      where source not in (?, ?) and (?::text is null or source = ?)
      group by source order by source`,
    [ADMIN_SOURCE, AUTOMATIC_SOURCE, name, name],
  );
  return rows.map(({ millis, ...list }) => ({ ...list, changedAt: new Date(millis) }));
}

/** Removes the networks of a list that aren't among these, and lets replicas know. @returns how many */
export async function removeOthers(
  em: EntityManager,
  { name, revision }: ListChange,
  kept: readonly string[],
  forgottenAt: Date,
): Promise<number> {
  const given = JSON.stringify(kept);
  let removed = 0;
  for (let count = ROWS_PER_STATEMENT; count === ROWS_PER_STATEMENT; removed += count) {
    const rows = await em.execute<unknown[]>(
      `with kept as (
         select value::cidr as cidr from jsonb_array_elements_text(?::jsonb)
       ), gone as (
         delete from accounts.ip_rules r
          where r.id in (
            select o.id from accounts.ip_rules o
             where o.source = ? and not exists (select from kept where kept.cidr = o.cidr) limit ?)
         returning r.cidr
       )
       insert into accounts.ip_rule_removals (id, cidr, source, revision, expires_at)
       select gen_random_uuid(), cidr, ?, ?, ? from gone
       returning 1 as gone`,
      [given, name, ROWS_PER_STATEMENT, name, revision, forgottenAt.toISOString()],
    );
    count = rows.length;
  }
  return removed;
}

/** Adds the networks that the list doesn't have yet. @returns how many */
export async function addMissing(
  em: EntityManager,
  { name, revision, at }: ListChange,
  networks: readonly ListedNetwork[],
  authorId: string,
): Promise<number> {
  let added = 0;
  for (let start = 0; start < networks.length; start += ROWS_PER_STATEMENT) {
    const rows = await em.execute<unknown[]>(
      `insert into accounts.ip_rules (id, cidr, action, source, author_id, revision, created_at)
       select given.id, given.cidr, 'deny', ?, ?, ?, ?
         from jsonb_to_recordset(?::jsonb) as given(id uuid, cidr cidr)
       on conflict (cidr, source) do nothing
       returning 1 as added`,
      [
        name,
        authorId,
        revision,
        at.toISOString(),
        JSON.stringify(networks.slice(start, start + ROWS_PER_STATEMENT)),
      ],
    );
    added += rows.length;
  }
  return added;
}
