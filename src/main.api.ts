import { requireNode } from './node-version.js';

requireNode();
const { live } = await import('./processes/lifetime.js');
await live('api', () => import('./processes/api.process.js'));
