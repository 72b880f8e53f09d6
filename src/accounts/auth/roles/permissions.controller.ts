import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Requires } from '#libs/api';
import { declaredPermissions } from '#libs/permissions';
import { PermissionList } from './roles.dto.js';
import { readRoles } from './roles.permissions.js';
import { RolesTag } from './roles.tag.js';

@RolesTag()
@Controller({ path: 'permissions', version: [...API_VERSIONS] })
export class PermissionsController {
  @Get()
  @Requires(readRoles)
  @ApiOperation({
    summary: 'List permissions',
    description: 'Returns all permissions that a role can grant, sorted by name, on a single page.',
  })
  @ApiOkResponse({ type: PermissionList, description: 'All permissions.' })
  listPermissions(): PermissionList {
    const items = [...declaredPermissions().values()]
      .map(({ name, description }) => ({ name, description }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { items, page: { nextCursor: null, previousCursor: null } };
  }
}
