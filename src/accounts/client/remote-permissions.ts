import { Injectable } from '@nestjs/common';
import { type Permission, PermissionLookup, type Principal } from '#libs/permissions';

/** Reads the permissions that accounts said a key grants: those of the key that its owner has, too. */
@Injectable()
export class RemotePermissions extends PermissionLookup {
  override grants(principal: Principal, { name }: Permission): boolean {
    return principal.kind === 'api-key' && principal.permissions.has(name);
  }
}
