import { defineTag } from '#libs/api';

export const TemplatesTag = defineTag('notification-templates', 'Write what notifications say');
