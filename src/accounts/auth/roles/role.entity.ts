import { defineEntity, p } from '@mikro-orm/postgresql';

/** The built-in role with every permission. Code asks for permissions, not for this, but for the last one who has it. */
export const ADMIN_ROLE = 'admin';
/** The built-in role of everyone who signs up. */
export const USER_ROLE = 'user';
export const BUILT_IN_ROLES: readonly string[] = [ADMIN_ROLE, USER_ROLE];

const schema = defineEntity({
  name: 'Role',
  tableName: 'roles',
  schema: 'accounts',
  properties: {
    id: p.uuid().primary(),
    name: p.text().unique('roles_name_unique'),
    /** Names of permissions. Those that this release doesn't know are kept: another release may. Empty for `admin`. */
    permissions: p.array(),
    /** Increases with every change. Used as the ETag. */
    version: p.integer().version(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    updatedAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** A named set of permissions. */
export class Role extends schema.class {}
schema.setClass(Role);
