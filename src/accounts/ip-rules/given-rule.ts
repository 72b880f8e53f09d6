import { instantOf } from '#libs/api';
import { BadNetwork, type Network, parseNetwork } from '#libs/networks';
import { invalidInput } from '#libs/problem';
import { invalidCidr } from './ip-rules.errors.js';
import type { AddIpRuleRequest } from './ip-rules.dto.js';
import type { NewIpRule } from './ip-rules.service.js';

/**
 * The rule that an administrator has sent.
 * @throws Problem `invalid-cidr`, or `invalid-input` if it has already expired
 */
export function givenRule({ cidr, action, reason, expiresAt }: AddIpRuleRequest, now: Date): NewIpRule {
  const end = instantOf(expiresAt ?? undefined) ?? null;
  if (end !== null && end <= now) {
    throw invalidInput({
      errors: [{ pointer: '/expiresAt', code: 'in-the-past', message: 'must be in the future' }],
    });
  }
  return { network: networkOf(cidr), action, reason: reason ?? null, expiresAt: end };
}

function networkOf(cidr: string): Network {
  try {
    return parseNetwork(cidr);
  } catch (error) {
    if (!(error instanceof BadNetwork)) {
      throw error;
    }
    const { message } = error;
    throw invalidCidr({
      detail: `The CIDR block ${message}.`,
      errors: [{ pointer: '/cidr', code: invalidCidr.code, message }],
    });
  }
}
