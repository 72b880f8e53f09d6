import { Injectable } from '@nestjs/common';
import type { Permission } from '#libs/api';
import type { Principal } from '#libs/http';

/** Looks up what a principal may do. */
export abstract class PermissionLookup {
  /** Returns a plain boolean where possible, because the guard asks for every request. */
  abstract grants(principal: Principal, permission: Permission): boolean | Promise<boolean>;
}

/** The built-in roles: `admin` grants all permissions. `user`, and any unknown role, grants none. */
@Injectable()
export class BuiltInRoles extends PermissionLookup {
  override grants({ roles }: Principal): boolean {
    return roles.includes('admin');
  }
}
