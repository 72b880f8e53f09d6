import { Injectable } from '@nestjs/common';
import type { Permission } from '#libs/api';
import type { Principal } from '#libs/http';

/** Looks up what a principal may do. */
export abstract class PermissionLookup {
  /** Returns a plain boolean where possible, because the guard asks for every request. */
  abstract grants(principal: Principal, permission: Permission): boolean | Promise<boolean>;
}

/** The permissions each role grants. Unknown roles grant none. */
const BUILT_IN_ROLES: ReadonlyMap<string, (permission: Permission) => boolean> = new Map<
  string,
  (permission: Permission) => boolean
>([
  ['user', () => false],
  ['admin', () => true],
]);

/** The built-in roles: `user` grants no permissions, `admin` grants all. */
@Injectable()
export class BuiltInRoles extends PermissionLookup {
  override grants({ roles }: Principal, permission: Permission): boolean {
    return roles.some((role) => BUILT_IN_ROLES.get(role)?.(permission) ?? false);
  }
}
