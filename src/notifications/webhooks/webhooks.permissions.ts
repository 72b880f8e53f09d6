import { definePermission } from '#libs/permissions';

export const readWebhooks = definePermission('webhooks:read', 'List webhooks and their deliveries');
export const writeWebhooks = definePermission('webhooks:write', 'Change webhooks and replay deliveries');
