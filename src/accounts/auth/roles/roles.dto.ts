import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, StringField, StringListField } from '#libs/api';
import { declaredPermissions } from '#libs/permissions';
import { KNOWN_PERMISSION, MAX_PERMISSIONS, PERMISSION_MAX_LENGTH } from '../permissions/permission.rules.js';
import { ADMIN_ROLE, BUILT_IN_ROLES, type Role } from './role.entity.js';

export const ROLE_NAME_MAX_LENGTH = 64;

const NAME_RULE = {
  code: 'invalid-role-name',
  test: (name: string) => /^[a-z][a-z0-9_-]*$/.test(name),
  message: 'must consist of lowercase letters, digits, - and _, and start with a letter',
};

export class RoleParams {
  @StringField({
    description: 'The name of the role: lowercase letters, digits, `-` and `_`.',
    example: 'support',
    minLength: 1,
    maxLength: ROLE_NAME_MAX_LENGTH,
    rule: NAME_RULE,
  })
  name!: string;
}

export class PutRoleRequest {
  @StringListField({
    description: 'The permissions that the role grants: names from `GET /permissions`.',
    example: ['users:read'],
    maxItems: MAX_PERMISSIONS,
    maxLength: PERMISSION_MAX_LENGTH,
    rule: KNOWN_PERMISSION,
  })
  permissions!: string[];
}

@ApiSchema({ name: 'Role' })
export class RoleResponse {
  @ApiProperty({
    type: String,
    maxLength: ROLE_NAME_MAX_LENGTH,
    example: 'support',
    description: 'The unique name.',
  })
  name!: string;

  @ApiProperty({
    type: [String],
    maxItems: MAX_PERMISSIONS,
    example: ['users:read'],
    description: 'The permissions that the role grants. `admin` grants every permission.',
  })
  permissions!: string[];

  @ApiProperty({
    type: Boolean,
    example: false,
    description: 'Whether this is a built-in role: `user` or `admin`.',
  })
  builtIn!: boolean;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the role was created, in UTC.' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the role last changed, in UTC.' })
  updatedAt!: string;
}

export class RoleList {
  @ApiProperty({ type: [RoleResponse], maxItems: 100 })
  items!: RoleResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toRoleResponse({ name, permissions, createdAt, updatedAt }: Role): RoleResponse {
  return {
    name,
    permissions: name === ADMIN_ROLE ? [...declaredPermissions().keys()].sort() : [...permissions],
    builtIn: BUILT_IN_ROLES.includes(name),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

@ApiSchema({ name: 'Permission' })
export class PermissionResponse {
  @ApiProperty({ type: String, example: 'users:read', description: 'The unique name.' })
  name!: string;

  @ApiProperty({
    type: String,
    example: 'List users and read their profiles',
    description: 'What it allows.',
  })
  description!: string;
}

export class PermissionList {
  @ApiProperty({ type: [PermissionResponse], maxItems: MAX_PERMISSIONS })
  items!: PermissionResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}
