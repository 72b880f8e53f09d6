import { defineEntity, p } from '@mikro-orm/postgresql';

export const IP_RULE_ACTIONS = ['deny', 'allow'] as const;
export type IpRuleAction = (typeof IP_RULE_ACTIONS)[number];

/** The source of rules that administrators add. */
export const ADMIN_SOURCE = 'admin';
/** The source of temporary bans that Gatehouse adds itself. All other sources are names of lists. */
export const AUTOMATIC_SOURCE = 'automatic';

const schema = defineEntity({
  name: 'IpRule',
  tableName: 'ip_rules',
  schema: 'accounts',
  uniques: [{ name: 'ip_rules_cidr_source_unique', properties: ['cidr', 'source'] }],
  indexes: [{ name: 'ip_rules_source_index', properties: ['source', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    /** In PostgreSQL's spelling, which isn't always ours. */
    cidr: p.string().columnType('cidr'),
    action: p.enum(IP_RULE_ACTIONS),
    /** Why, for administrators. */
    reason: p.text().nullable(),
    source: p.text(),
    /** The user who added it. Null for rules that nobody added one by one. */
    authorId: p.uuid().nullable(),
    /** How often the network was banned automatically in a row. 0 for other rules. */
    bans: p.integer().default(0),
    /** The revision of `IpRuleState` that added it or last changed it. */
    revision: p.bigint('number').index('ip_rules_revision_index'),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** When it ends by itself. Null for never. */
    expiresAt: p.datetime().columnType('timestamptz(3)').nullable().index('ip_rules_expires_at_index'),
  },
});

/** Whether the addresses of a network may send requests. */
export class IpRule extends schema.class {}
schema.setClass(IpRule);
