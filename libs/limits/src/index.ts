export { Limited, LimitGuard, limitsOf, Unlimited } from './limit.guard.js';
export { LimitsModule } from './limits.module.js';
