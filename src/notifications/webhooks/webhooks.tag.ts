import { defineTag } from '#libs/api';

export const WebhooksTag = defineTag('webhooks', 'Get events sent to your servers');
