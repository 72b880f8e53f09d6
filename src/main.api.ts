import { live } from './processes/lifetime.js';

await live('api', () => import('./processes/api.process.js'));
