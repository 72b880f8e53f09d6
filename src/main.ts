import { live } from './processes/lifetime.js';

await live('all', () => import('./processes/all.process.js'));
