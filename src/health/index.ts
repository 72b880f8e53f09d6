export { HealthHttpModule } from './health.http.module.js';
export { HealthModule } from './health.module.js';
export { Lifecycle } from './lifecycle.js';
