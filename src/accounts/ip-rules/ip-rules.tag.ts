import { defineTag } from '#libs/api';

export const IpRulesTag = defineTag('ip-rules', 'Deny and allow IP addresses');
