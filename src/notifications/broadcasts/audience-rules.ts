import { checkMembers, type JsonObject, type MemberCheck } from '#libs/json';
import { invalidInput } from '#libs/problem';
import { DOMAIN_MAX_LENGTH, isDomain, isInstant, withColonInOffset } from '#libs/text';
import type { BroadcastContent } from './broadcast.repository.js';

type Audience = BroadcastContent['audience'];

const STATUSES = ['active', 'suspended'];
const ROLE_MAX_LENGTH = 64;

const RULES: Readonly<Record<keyof Audience, MemberCheck>> = {
  status: optional((value) => STATUSES.includes(value), {
    code: 'not-one-of',
    message: `must be one of: ${STATUSES.join(', ')}`,
  }),
  role: optional((value) => value.length > 0 && value.length <= ROLE_MAX_LENGTH, {
    code: 'invalid-role',
    message: `must be the name of a role, of at most ${ROLE_MAX_LENGTH} characters`,
  }),
  emailDomain: optional((value) => value.length <= DOMAIN_MAX_LENGTH && isDomain(value), {
    code: 'invalid-domain',
    message: 'must be a domain name',
  }),
  createdAfter: instant(),
  createdBefore: instant(),
};

/**
 * Those who can sign in, unless it says otherwise.
 * @throws Problem `invalid-input`
 */
export function toAudience(given: JsonObject): Audience {
  const errors = checkMembers('/audience', given, RULES);
  if (errors.length > 0) {
    throw invalidInput({ errors });
  }
  const { createdAfter, createdBefore, ...filter } = given as Audience;
  return {
    status: 'active',
    ...filter,
    ...(createdAfter !== undefined && { createdAfter: withColonInOffset(createdAfter) }),
    ...(createdBefore !== undefined && { createdBefore: withColonInOffset(createdBefore) }),
  };
}

function instant(): MemberCheck {
  return optional((value) => isInstant(withColonInOffset(value)), {
    code: 'invalid-date-time',
    message: 'must be an RFC 3339 date and time, such as 2026-11-22T09:30:00Z',
  });
}

/** @param mistake what's wrong with what is there and isn't a text that fits */
function optional(fits: (text: string) => boolean, mistake: ReturnType<MemberCheck>): MemberCheck {
  return (value) => (value === undefined || (typeof value === 'string' && fits(value)) ? undefined : mistake);
}
