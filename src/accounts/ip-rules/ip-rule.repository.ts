import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { blocksAround, type Network, textOf } from '#libs/networks';
import { IpRule, type IpRuleAction } from './ip-rule.entity.js';
import { IpRuleRemoval } from './ip-rule-removal.entity.js';

/** How long replicas may still have to hear of a removal. Those that were away for longer read all rules again. */
export const REMOVAL_KEPT_MS = 60 * 60 * 1000;

export interface IpRuleFilter {
  readonly action?: IpRuleAction | undefined;
  readonly source?: string | undefined;
  /** Only rules whose network contains this address. */
  readonly address?: Network | undefined;
}

/**
 * Begins a change. Until the transaction ends, others that change rules wait, so that revisions are committed in their
 * order.
 * @returns the revision of the change
 */
export async function nextRevision(em: EntityManager): Promise<number> {
  const [row] = await em.execute<{ revision: string }[]>(
    `update accounts.ip_rule_state set revision = revision + 1 where id = 'latest' returning revision`,
  );
  return Number(row?.revision);
}

/** Returns one row more than the limit, newest first. */
export function findRules(
  em: EntityManager,
  filter: IpRuleFilter,
  at: Date,
  page: PageRequest,
): Promise<IpRule[]> {
  const { where, options } = keyset(page);
  return em.find(IpRule, { $and: [whereOf(filter, at), where] }, options);
}

export function countRules(em: EntityManager, filter: IpRuleFilter, at: Date): Promise<number> {
  return em.count(IpRule, whereOf(filter, at));
}

export function findRule(em: EntityManager, id: string, at: Date): Promise<IpRule | null> {
  return em.findOne(IpRule, { $and: [{ id }, inForce(at)] });
}

/** The rule of a source for exactly this network, also one that has expired. */
export function findRuleFor(em: EntityManager, network: Network, source: string): Promise<IpRule | null> {
  return em.findOne(IpRule, { cidr: textOf(network), source });
}

/** All rules in force whose network contains the address. */
export function findRulesAround(em: EntityManager, address: Network, at: Date): Promise<IpRule[]> {
  return em.find(IpRule, whereOf({ address }, at));
}

export function removeRule(em: EntityManager, rule: IpRule, removal: Omit<IpRuleRemoval, 'cidr' | 'source'>) {
  const { cidr, source } = rule;
  em.create(IpRuleRemoval, { ...removal, cidr, source });
  return em.remove(rule).flush();
}

function whereOf({ action, source, address }: IpRuleFilter, at: Date) {
  return {
    ...inForce(at),
    ...(action === undefined ? {} : { action }),
    ...(source === undefined ? {} : { source }),
    // All blocks that can contain it, so that the unique index finds them.
    ...(address === undefined ? {} : { cidr: { $in: blocksAround(address).map(textOf) } }),
  };
}

function inForce(at: Date) {
  return { $or: [{ expiresAt: null }, { expiresAt: { $gt: at } }] };
}
