export { Authentication } from './authentication.js';
export { declaredPermissions, definePermission, type Permission } from './permission.js';
export { PermissionLookup } from './permission-lookup.js';
export type { ApiKeyPrincipal, ImpersonationPrincipal, Principal, SessionPrincipal } from './principal.js';
