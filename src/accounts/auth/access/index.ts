/** For the request pipeline. */
export { AccessGuard } from './access.guard.js';
export { IdentityGuard } from './identity.guard.js';
