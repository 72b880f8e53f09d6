import { Injectable } from '@nestjs/common';
import type { Permission } from '#libs/api';
import type { Principal } from '#libs/http';

/** Where it stands what a principal may do. */
export abstract class PermissionLookup {
  /** Without a promise where the answer is at hand: the guard asks at every request. */
  abstract grants(principal: Principal, permission: Permission): boolean | Promise<boolean>;
}

/** Whether a role grants a permission. Any other role grants none. */
const BUILT_IN_ROLES: ReadonlyMap<string, (permission: Permission) => boolean> = new Map<
  string,
  (permission: Permission) => boolean
>([
  ['user', () => false],
  ['admin', () => true],
]);

/** The built-in roles: `user` has no permission, `admin` has every one. */
@Injectable()
export class BuiltInRoles extends PermissionLookup {
  override grants({ roles }: Principal, permission: Permission): boolean {
    return roles.some((role) => BUILT_IN_ROLES.get(role)?.(permission) ?? false);
  }
}
