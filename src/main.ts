import { requireNode } from './node-version.js';

requireNode();
const { live } = await import('./processes/lifetime.js');
await live('all', () => import('./processes/all.process.js'));
