import { defineTag } from '#libs/api';

export const AuditTag = defineTag('audit', 'See what happened to accounts and who did it');
