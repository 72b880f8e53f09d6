import { live } from './processes/lifetime.js';

await live('notifications', () => import('./processes/notifications.process.js'));
