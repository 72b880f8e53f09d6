import type { Principal } from './principal.js';
import type { Permission } from './permission.js';

/** Looks up what a principal may do. */
export abstract class PermissionLookup {
  /** Returns a plain boolean where possible, because the guard asks for every request. */
  abstract grants(principal: Principal, permission: Permission): boolean | Promise<boolean>;
}
