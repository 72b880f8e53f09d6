import { Declarations } from '#libs/lifecycle';

/** Something a route can require. Roles grant permissions; routes never check for a role by name. */
export interface Permission {
  /** `resource:action`, such as `users:read`. */
  readonly name: string;
  readonly description: string;
}

const permissions = new Declarations<Permission>(
  'permission',
  'Export one of the two and import it in the other place.',
);

/** Declares a permission. Belongs next to the routes that require it. */
export function definePermission(name: string, description: string): Permission {
  return permissions.declare(name, () => ({ name, description }));
}

/** Every permission that this process knows, by name. */
export function declaredPermissions(): ReadonlyMap<string, Permission> {
  return permissions;
}
