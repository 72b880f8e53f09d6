import { definePermission } from '#libs/permissions';

export const readIpRules = definePermission('ip-rules:read', 'Read which IP addresses are denied or allowed');
export const writeIpRules = definePermission('ip-rules:write', 'Deny and allow IP addresses');
