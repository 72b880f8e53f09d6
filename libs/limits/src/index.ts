export { LimitGuard } from './limit.guard.js';
export { AuthLimited, isLimited } from './limited.js';
export { LimitsModule } from './limits.module.js';
