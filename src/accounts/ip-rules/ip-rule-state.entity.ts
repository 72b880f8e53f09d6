import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'IpRuleState',
  tableName: 'ip_rule_state',
  schema: 'accounts',
  properties: {
    /** Always `latest`. */
    id: p.text().primary(),
    revision: p.bigint('number'),
  },
});

/**
 * The number of the last change of rules, in the only row. Transactions that change rules lock it, so that they commit in
 * the order of their revisions, and whoever has seen one has seen all before it.
 */
export class IpRuleState extends schema.class {}
schema.setClass(IpRuleState);
