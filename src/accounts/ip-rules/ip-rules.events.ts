import { defineAuditEvent } from '#libs/audit';

export const ipRuleAdded = defineAuditEvent('ip-rule.added', 'An administrator added an IP rule.');
export const ipRuleRemoved = defineAuditEvent('ip-rule.removed', 'An administrator removed an IP rule.');
export const ipRuleBanned = defineAuditEvent(
  'ip-rule.banned',
  'A network was banned for a while, because of what it did.',
);
