import { defineService } from '#libs/messaging';

export const accounts = defineService('accounts', { role: 'worker' });
export const notifications = defineService('notifications', { role: 'notifications' });
