import { defineProblem } from '#libs/problem';

export const ipRuleNotFound = defineProblem('ip-rule-not-found', {
  status: 404,
  title: 'IP rule not found',
  about: 'There is no IP rule with this ID. It may have been removed, or have expired.',
  fix: 'List the rules again.',
});

export const invalidCidr = defineProblem('invalid-cidr', {
  status: 422,
  title: 'Invalid CIDR block',
  about:
    "This isn't an IP address or a CIDR block. IPv4 addresses are four decimal numbers without leading zeros, and no bits " +
    'may be set after the prefix.',
  fix: 'Write it like `203.0.113.8`, `203.0.113.0/24` or `2001:db8::/32`.',
});

export const ipRuleExists = defineProblem('ip-rule-exists', {
  status: 409,
  title: 'IP rule exists',
  about: 'An administrator has already added a rule for exactly this CIDR block.',
  fix: 'Delete that rule first, or add one for another block.',
});

export const ownAddress = defineProblem('own-address', {
  status: 409,
  title: 'Your own address',
  about:
    'Afterwards, requests from the address that you are using would be denied, so you could not undo it.',
  fix: 'First add a rule that allows your address, for at least as long and with a longer prefix.',
});

export const ipRuleListNotFound = defineProblem('ip-rule-list-not-found', {
  status: 404,
  title: 'List not found',
  about: 'There is no list with this name. It may have been removed.',
  fix: 'See `GET /ip-rules/lists`.',
});

export const invalidIpRuleList = defineProblem('invalid-ip-rule-list', {
  status: 422,
  title: 'Invalid list',
  about: 'Some lines of the list are neither an IP address nor a CIDR block, or there are too many or none.',
  fix: 'Correct the lines in `errors`, whose pointers start with 0 for the first one, and send the whole list again.',
});

export const tooManyIpRuleLists = defineProblem('too-many-ip-rule-lists', {
  status: 409,
  title: 'Too many lists',
  about: 'There can be at most 20 lists.',
  fix: "Delete one that's no longer needed.",
});
