import { definePermission } from '#libs/permissions';

export const readSuppressions = definePermission('suppressions:read', 'Read the suppression list');
export const writeSuppressions = definePermission(
  'suppressions:write',
  'Change the suppression list, and report bounces and complaints',
);
