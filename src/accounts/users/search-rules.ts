import { isDomain } from '#libs/text';
import type { TextRule } from './profile-rules.js';

export const ROLE_MAX_LENGTH = 64;
export const DOMAIN_RULE: TextRule = {
  code: 'invalid-domain',
  test: isDomain,
  message: 'must be a domain name',
};
