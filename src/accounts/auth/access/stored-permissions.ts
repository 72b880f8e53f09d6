import { Injectable } from '@nestjs/common';
import {
  type ImpersonationPrincipal,
  type Permission,
  PermissionLookup,
  type Principal,
} from '#libs/permissions';
import { ADMIN_ROLE } from '../roles/role.entity.js';
import { type Grants, RoleCache } from '../roles/role-cache.js';

/** Looks permissions up in the roles that are stored in PostgreSQL. Roles that don't exist grant none. */
@Injectable()
export class StoredPermissions extends PermissionLookup {
  constructor(private readonly roles: RoleCache) {
    super();
  }

  override grants(principal: Principal, permission: Permission): boolean | Promise<boolean> {
    if (principal.kind === 'api-key' && !principal.permissions.has(permission.name)) {
      return false;
    }
    if (principal.kind === 'impersonation') {
      return this.bothGrant(principal, permission);
    }
    return this.rolesGrant(principal.roles, permission);
  }

  private async bothGrant(
    { roles, impersonator }: ImpersonationPrincipal,
    permission: Permission,
  ): Promise<boolean> {
    return (
      (await this.rolesGrant(roles, permission)) && (await this.rolesGrant(impersonator.roles, permission))
    );
  }

  private rolesGrant(roles: readonly string[], { name }: Permission): boolean | Promise<boolean> {
    if (roles.includes(ADMIN_ROLE)) {
      return true;
    }
    const cached = this.roles.peek();
    return cached
      ? anyGrants(cached, roles, name)
      : this.roles.get().then((all) => anyGrants(all, roles, name));
  }
}

function anyGrants(all: Grants, roles: readonly string[], permission: string): boolean {
  return roles.some((role) => all.get(role)?.has(permission));
}
