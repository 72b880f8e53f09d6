import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'IpRuleRemoval',
  tableName: 'ip_rule_removals',
  schema: 'accounts',
  properties: {
    id: p.uuid().primary(),
    cidr: p.string().columnType('cidr'),
    source: p.text(),
    revision: p.bigint('number').index('ip_rule_removals_revision_index'),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('ip_rule_removals_expires_at_index'),
  },
});

/** That a rule was removed, for as long as replicas may have to hear of it. */
export class IpRuleRemoval extends schema.class {}
schema.setClass(IpRuleRemoval);
