import { requireNode } from './node-version.js';

requireNode();
const { live } = await import('./processes/lifetime.js');
await live('notifications', () => import('./processes/notifications.process.js'));
