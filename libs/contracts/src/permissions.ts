/** What a role allows. A route names the permission it needs; nobody asks for a role by name. */
const PERMISSIONS = ['users:read'] as const;
export type Permission = (typeof PERMISSIONS)[number];

const ROLES = ['user', 'admin'] as const;
type Role = (typeof ROLES)[number];

const GRANTS: Record<Role, readonly Permission[]> = {
  user: [],
  admin: PERMISSIONS,
};

/** Whether one of `roles` grants `permission`. An unknown role grants nothing. */
export function grants(roles: readonly string[], permission: Permission): boolean {
  return roles.some((role) => GRANTS[role as Role]?.includes(permission) ?? false);
}
