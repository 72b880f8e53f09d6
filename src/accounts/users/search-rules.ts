import { domainToASCII } from 'node:url';
import type { TextRule } from './profile-rules.js';

export const ROLE_MAX_LENGTH = 64;
export const DOMAIN_MAX_LENGTH = 253;
export const DOMAIN_RULE: TextRule = {
  code: 'invalid-domain',
  test: (text) => domainToASCII(text) !== '',
  message: 'must be a domain name',
};
