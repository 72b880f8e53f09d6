import { defineAuditEvent } from '#libs/audit';

export const ipRuleAdded = defineAuditEvent('ip-rule.added', 'An administrator added an IP rule.');
export const ipRuleRemoved = defineAuditEvent('ip-rule.removed', 'An administrator removed an IP rule.');
export const ipRuleBanned = defineAuditEvent(
  'ip-rule.banned',
  'A network was banned for a while, because of what it did.',
);
export const ipRuleListReplaced = defineAuditEvent(
  'ip-rule-list.replaced',
  'An administrator imported a list of denied networks.',
);
export const ipRuleListRemoved = defineAuditEvent(
  'ip-rule-list.removed',
  'An administrator removed a list of denied networks.',
);
