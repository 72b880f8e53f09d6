export { LimitGuard } from './limit.guard.js';
export { AuthLimited, isLimited } from './limited.js';
export { type LimitOptions, LimitsModule } from './limits.module.js';
