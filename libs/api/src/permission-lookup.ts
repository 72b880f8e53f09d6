import type { Principal } from '#libs/http';
import type { Permission } from '#libs/permissions';

/** Looks up what a principal may do. */
export abstract class PermissionLookup {
  /** Returns a plain boolean where possible, because the guard asks for every request. */
  abstract grants(principal: Principal, permission: Permission): boolean | Promise<boolean>;
}
