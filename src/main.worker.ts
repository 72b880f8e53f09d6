import { live } from './processes/lifetime.js';

await live('worker', () => import('./processes/worker.process.js'));
