/** Something a route can require. Roles grant permissions; routes never check for a role by name. */
export interface Permission {
  /** `resource:action`, such as `users:read`. */
  readonly name: string;
  readonly description: string;
}

const permissions = new Map<string, Permission>();

/** Declares a permission. Belongs next to the routes that require it. */
export function definePermission(name: string, description: string): Permission {
  if (permissions.has(name)) {
    throw new Error(
      `The permission "${name}" is defined twice. Export one of the two and import it in the other place.`,
    );
  }
  const permission = { name, description };
  permissions.set(name, permission);
  return permission;
}
