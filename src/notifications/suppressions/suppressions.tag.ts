import { defineTag } from '#libs/api';

export const SuppressionsTag = defineTag('suppressions', 'Email addresses that nothing is sent to');
