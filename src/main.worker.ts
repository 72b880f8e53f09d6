import { requireNode } from './node-version.js';

requireNode();
const { live } = await import('./processes/lifetime.js');
await live('worker', () => import('./processes/worker.process.js'));
