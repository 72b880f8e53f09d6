import { definePermission } from '#libs/permissions';

export const readTemplates = definePermission('templates:read', 'Read and preview notification templates');
export const writeTemplates = definePermission(
  'templates:write',
  'Change and publish notification templates, including the emails with links to sign in and reset passwords',
);
