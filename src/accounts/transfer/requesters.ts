import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Permission } from '#libs/permissions';
import { type Administrator, type Authority, exceedsYourPermissions, RoleAuthority } from '../auth/index.js';
import { UsersService } from '../users/index.js';
import type { Transfer } from './transfer.entity.js';

/** What decides what an administrator may do, as it's stored with what they have started. */
export interface StoredCaller {
  readonly caller: Omit<Authority, 'permissions'> & {
    readonly permissions?: readonly string[];
    /** The API key with which it was started. */
    readonly keyId?: string;
  };
}

export function toStoredCaller(caller: Administrator): StoredCaller {
  const { roles, permissions, impersonator } = caller;
  return {
    caller: {
      roles,
      ...(caller.kind === 'api-key' ? { keyId: caller.keyId } : {}),
      ...(permissions ? { permissions: [...permissions] } : {}),
      ...(impersonator ? { impersonator: { roles: impersonator.roles } } : {}),
    },
  };
}

/** Those who have started transfers, which run on when they may no longer do it. */
@Injectable()
export class Requesters {
  constructor(
    private readonly users: UsersService,
    private readonly authority: RoleAuthority,
  ) {}

  /**
   * @returns what the administrator may still do
   * @throws Problem `exceeds-your-permissions` if they no longer have the permission, or their API key no longer works
   */
  async require(
    em: EntityManager,
    { requestedBy }: Transfer,
    { caller }: StoredCaller,
    permission: Permission,
  ): Promise<Authority> {
    const administrator = await this.users.find(em, requestedBy);
    if (administrator?.status !== 'active') {
      throw exceedsYourPermissions();
    }
    const { permissions, keyId, ...others } = caller;
    if (keyId !== undefined) {
      await this.authority.requireKey(em, keyId);
    }
    const authority = {
      ...others,
      roles: caller.roles.filter((role) => administrator.roles.includes(role)),
      ...(permissions ? { permissions: new Set(permissions) } : {}),
    };
    await this.authority.requireHaving(em, authority, [permission.name]);
    return authority;
  }
}
